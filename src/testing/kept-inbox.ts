import type { Clock } from '../clock.ts';
import { decrypt, type EncryptedContent } from '../notifications/decrypt.ts';
import type { OutboundRequest, OutboundResult } from '../outbound/outbound.ts';
import { Arrivals } from './arrivals.ts';
import type {
  ChangeNotification,
  Delivery,
  Inbox,
  InboxAnswer,
  InboxRequest,
  LifecycleNotification,
  Responder,
} from './inbox.ts';
import { inboxCertificate, knownCertificate } from './inbox-certificate.ts';

type Item = Readonly<Record<string, unknown>>;

/** As a receiver of Graph's notifications should. */
const ACCEPTED = 202;

/** Replaced, never changed: marks have the same ones. */
interface Behaviour {
  readonly responder?: Responder;
  readonly how?: InboxAnswer | undefined;
  /** How often it is still answered so. */
  readonly left?: number;
}

const ACCEPTS: Behaviour = {};

export interface KeptInboxParts {
  readonly name: string;
  readonly url: string;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** An inbox, and what is behind its address. */
export class KeptInbox implements Inbox {
  readonly name: string;
  readonly url: string;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #changes: Arrivals<ChangeNotification>;
  readonly #lifecycle: Arrivals<LifecycleNotification>;
  readonly #deliveries: Arrivals<Delivery>;
  #behaviour: Behaviour = ACCEPTS;

  constructor({ name, url, clock }: KeptInboxParts) {
    this.name = name;
    this.url = url;
    this.#clock = clock;
    this.#changes = new Arrivals(`inbox '${name}' received no further change notification`);
    this.#lifecycle = new Arrivals(`inbox '${name}' received no further lifecycle notification`);
    this.#deliveries = new Arrivals(`nothing was delivered to inbox '${name}'`);
  }

  get received(): readonly ChangeNotification[] {
    return this.#changes.all;
  }

  get lifecycle(): readonly LifecycleNotification[] {
    return this.#lifecycle.all;
  }

  get deliveries(): readonly Delivery[] {
    return this.#deliveries.all;
  }

  next({ timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<ChangeNotification> {
    return this.#changes.next(timeoutMs);
  }

  nextLifecycle({
    timeoutMs,
  }: {
    readonly timeoutMs?: number;
  } = {}): Promise<LifecycleNotification> {
    return this.#lifecycle.next(timeoutMs);
  }

  fail(how: number | 'timeout' | 'unreachable', times = Number.POSITIVE_INFINITY): void {
    if (typeof how === 'number') mustBeStatus(how);
    this.#behaviour = { how, left: times };
  }

  respond(responder: Responder): void {
    this.#behaviour = { responder };
  }

  recover(): void {
    this.#behaviour = ACCEPTS;
  }

  clear(): void {
    for (const arrivals of [this.#changes, this.#lifecycle, this.#deliveries]) arrivals.clear();
  }

  get encryptionCertificate(): string {
    return inboxCertificate(this.#clock.nowMs()).certificate;
  }

  get encryptionCertificateId(): string {
    return inboxCertificate(this.#clock.nowMs()).id;
  }

  decrypt({ body }: ChangeNotification): Readonly<Record<string, unknown>> {
    const content = body.encryptedContent as EncryptedContent | undefined;
    if (content === undefined) {
      throw new Error('The notification has no encrypted resource data: was it asked for?');
    }
    const { encryptionCertificateId: certificateId } = content;
    const known = knownCertificate(certificateId);
    if (known === undefined) {
      throw new Error(`It is encrypted for certificate '${certificateId}', which no inbox has.`);
    }
    return decrypt(content, { certificateId, privateKey: known.privateKey });
  }

  /** As `decrypt`; undefined where that can't be. */
  presenceIn(notification: ChangeNotification): Readonly<Record<string, unknown>> | undefined {
    try {
      return this.decrypt(notification);
    } catch {
      return undefined;
    }
  }

  /** What it answers to a request to its address. */
  answer(request: OutboundRequest): OutboundResult {
    const token = new URL(request.url).searchParams.get('validationToken');
    const { url } = request;
    if (token !== null) {
      const said = this.#said({ kind: 'validation', url, body: undefined }) ?? 200;
      return result(said, request, token);
    }
    const body = bodyOf(request);
    const items = body.value;
    const isLifecycle = items.some(({ lifecycleEvent }) => lifecycleEvent !== undefined);
    const kind = isLifecycle ? 'lifecycle' : 'change';
    const said = this.#said({ kind, url, body }) ?? ACCEPTED;
    const answered = result(said, request);
    const receivedAt = new Date(this.#clock.nowMs());
    const answer = answerOf(said);
    this.#deliveries.add({ receivedAt, kind, url, items: items.length, answer });
    if (typeof answer === 'number' && answer >= 200 && answer < 300) {
      for (const item of items) this.#take(item, receivedAt);
    }
    return answered;
  }

  /** Marks how it is; what it gives back makes it so again. */
  mark(): () => void {
    const marks = [this.#changes, this.#lifecycle, this.#deliveries].map((each) => each.mark());
    const behaviour = this.#behaviour;
    return () => {
      for (const putBack of marks) putBack();
      this.#behaviour = behaviour;
    };
  }

  /** As it was when it was made. */
  empty(): void {
    this.clear();
    this.recover();
  }

  #said(request: InboxRequest): InboxAnswer | undefined {
    const { responder, how, left = 0 } = this.#behaviour;
    if (responder !== undefined) return responder(request);
    if (request.kind === 'validation' || left <= 0) return undefined;
    this.#behaviour = { how, left: left - 1 };
    return how;
  }

  #take(item: Item, receivedAt: Date): void {
    const common = {
      receivedAt,
      subscriptionId: String(item.subscriptionId),
      clientState: (item.clientState as string | null | undefined) ?? null,
      body: item,
    };
    const { lifecycleEvent } = item;
    if (typeof lifecycleEvent === 'string') this.#lifecycle.add({ ...common, lifecycleEvent });
    else {
      const { id } = item.resourceData as { readonly id: string };
      this.#changes.add({ ...common, userId: id });
    }
  }
}

function bodyOf({ body }: OutboundRequest): { readonly value: readonly Item[] } {
  const { value = [] } = JSON.parse(String(body ?? '{}')) as { readonly value?: readonly Item[] };
  return { value };
}

function answerOf(answer: InboxAnswer): Delivery['answer'] {
  return typeof answer === 'object' ? answer.status : answer;
}

function result(
  answer: InboxAnswer,
  { timeoutMs, wantedHeaders = [] }: OutboundRequest,
  token = '',
): OutboundResult {
  if (answer === 'timeout') {
    const reason = `${timeoutMs} ms were over while waiting for the answer`;
    return { kind: 'failed', code: 'timeout', reason, elapsedMs: timeoutMs };
  }
  if (answer === 'unreachable') {
    return { kind: 'failed', code: 'unreachable', reason: 'the inbox is away', elapsedMs: 0 };
  }
  const {
    status,
    headers = {},
    tookMs = 0,
  } = typeof answer === 'object' ? answer : { status: answer };
  mustBeStatus(status);
  const wanted = Object.entries(headers).filter(([name]) => wantedHeaders.includes(name));
  return {
    kind: 'answered',
    status,
    contentType: 'text/plain',
    headers: Object.fromEntries(wanted),
    body: token,
    elapsedMs: tookMs,
  };
}

/** @throws RangeError */
function mustBeStatus(status: number): void {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new RangeError(`An inbox answers with a status from 200 to 599, not ${status}.`);
  }
}
