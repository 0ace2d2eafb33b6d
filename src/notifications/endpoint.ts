import { notificationBody } from '../graph/notification-json.ts';
import type { OutboundResult } from '../outbound/outbound.ts';
import type { FeedItem } from '../store/store.ts';
import type { Addressee } from './addressee.ts';
import { type Attempt, EndpointHealth } from './endpoint-health.ts';
import type { EndpointParts } from './endpoint-parts.ts';
import { allInTurn, Fates, type Stray } from './fates.ts';
import type { Lane } from './lane.ts';
import { Letterbox } from './letterbox.ts';
import { type Part, shipmentBody, takeShipment } from './shipment.ts';
import { Strays } from './strays.ts';

/** Items in one POST at most. */
const MOST_ITEMS = 256;
/** From so many failures in a row on, an attempt is a look whether somebody is there: one item. */
const PROBE_AFTER = 3;
/** What a receiver answers is of no interest beyond its status. */
const MOST_REPLY_BYTES = 64 * 1024;

/**
 * One address of one tenant, and what waits for it. One POST is under way at a time, which keeps the
 * order of each user's changes; other endpoints don't wait for it.
 */
export class Endpoint {
  readonly url: string;
  readonly health: EndpointHealth;
  readonly letters = new Letterbox();
  /** The subscriptions that lead here. */
  readonly addressees = new Set<Addressee>();
  readonly #parts: EndpointParts;
  readonly #lanes = new Set<Lane>();
  readonly #fates: Fates | undefined;
  readonly #strays = new Strays();
  #mostItems = MOST_ITEMS;
  #running: Promise<void> | undefined;
  #wakesAtMs: number | undefined;
  #callOff: (() => void) | undefined;
  #stopped = false;

  constructor(url: string, parts: EndpointParts) {
    this.url = url;
    this.#parts = parts;
    this.health = new EndpointHealth(parts.terms);
    const { mishaps, clock } = parts;
    if (mishaps !== undefined) this.#fates = new Fates({ mishaps, clock, onDue: this.#onDue });
  }

  /** Whether nothing needs it any more. */
  get isIdle(): boolean {
    const isWanted = this.addressees.size > 0 || this.#lanes.size > 0 || !this.letters.isEmpty;
    return !isWanted && this.#running === undefined;
  }

  get isBusy(): boolean {
    return this.#running !== undefined;
  }

  join(lane: Lane): void {
    this.#lanes.add(lane);
  }

  leave(lane: Lane): void {
    this.#lanes.delete(lane);
  }

  /** Sends what may be sent now, and comes back by itself for what has to wait. */
  pump(): void {
    if (this.#running !== undefined || this.#stopped) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      // What came while the last reply was looked at.
      const nowMs = this.#parts.clock.nowMs();
      if (this.#hasWork() && nowMs >= this.health.mayBeTriedAtMs(nowMs)) this.pump();
    });
  }

  /** Resolves when nothing is under way. */
  async rest(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  stop(): void {
    this.#stopped = true;
    this.#callOff?.();
  }

  async #run(): Promise<void> {
    const { clock, permits } = this.#parts;
    while (!this.#stopped && this.#hasWork()) {
      const nowMs = clock.nowMs();
      const nextAttemptMs = this.health.mayBeTriedAtMs(nowMs);
      if (nowMs < nextAttemptMs) {
        this.#wakeAt(nextAttemptMs);
        return;
      }
      const letGo = await permits.take();
      try {
        if (this.#stopped) return;
        const stray = this.#dueStray();
        if (!this.letters.isEmpty) await this.#sendLetters();
        else if (stray !== undefined) await this.#sendStray(stray);
        else await this.#sendItems();
      } finally {
        letGo();
      }
    }
  }

  #wakeAt(instantMs: number): void {
    if (this.#wakesAtMs === instantMs) return;
    this.#callOff?.();
    this.#wakesAtMs = instantMs;
    this.#callOff = this.#parts.clock.alarm(instantMs, () => {
      this.#wakesAtMs = undefined;
      this.pump();
    });
  }

  #hasWork(): boolean {
    if (!this.letters.isEmpty || this.#dueStray() !== undefined) return true;
    for (const lane of this.#lanes) if (this.#isReady(lane)) return true;
    return false;
  }

  #dueStray(): Stray | undefined {
    if (this.#strays.isEmpty) return undefined;
    const alive = new Set(Array.from(this.addressees, ({ id }) => id));
    return this.#strays.due(this.#parts.clock.nowMs(), (id) => alive.has(id));
  }

  readonly #onDue = (): void => this.pump();

  readonly #isDue = (lane: Lane, item: FeedItem): boolean => this.#fates?.isDue(lane, item) ?? true;

  /** Without a valid token of the subscriber, delivery pauses (Graph, "reauthorize"). */
  #isReady(lane: Lane): boolean {
    if (!lane.canSend) return false;
    if (this.#parts.clock.nowMs() >= lane.subscription.authorizedUntilMs) return false;
    if (this.#fates === undefined) return true;
    return lane.first !== undefined && this.#isDue(lane, lane.first);
  }

  async #sendLetters(): Promise<void> {
    const letters = this.letters.take(this.#limit());
    const failure = await this.#post(notificationBody(letters.map(({ item }) => item)));
    if (failure === undefined) this.letters.arrived();
    else this.letters.returned();
    this.#parts.onLetters(letters, failure === undefined);
  }

  async #sendItems(): Promise<void> {
    const ready = [...this.#lanes].filter((lane) => this.#isReady(lane));
    const parts = takeShipment(ready, this.#limit(), this.#isDue);
    if (parts.length === 0) return;
    // Those that had their turn go to the end of the line.
    for (const { lane } of parts) {
      if (this.#lanes.delete(lane)) this.#lanes.add(lane);
    }
    const { inTurn, strays, missed } = this.#fates?.sort(parts) ?? allInTurn(parts);
    const outcome = await this.#sendParts(inTurn);
    if (outcome === 'sent') this.#strays.add(strays, this.#parts.clock, this.#onDue);
    for (const { lane } of parts) {
      if (outcome === 'sent') lane.sent(missed.get(lane));
      else lane[outcome]();
    }
    this.#parts.onProgress(parts.map(({ lane }) => lane));
  }

  async #sendStray(stray: Stray): Promise<void> {
    if ((await this.#sendParts([stray.part])) !== 'failed') this.#strays.remove(stray);
  }

  async #sendParts(parts: readonly Part[]): Promise<'sent' | 'failed' | 'withheld'> {
    const { encryptor, tokens } = this.#parts;
    if (parts.length === 0) return 'sent';
    try {
      const body = await shipmentBody(parts, encryptor, tokens);
      // Asked last of all: another server may have a partition since, and have sent what is newer.
      if (!parts.every(({ lane }) => lane.isOurs)) return 'withheld';
      return (await this.#post(body)) === undefined ? 'sent' : 'failed';
    } catch (error) {
      this.#record({ failure: `nothing was sent: ${String(error)}`, elapsedMs: 0 });
      return 'failed';
    }
  }

  async #post(body: string): Promise<string | undefined> {
    const timeoutMs = this.health.replyMs;
    const result = await this.#parts.outbound.send({
      method: 'POST',
      url: this.url,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
      timeoutMs,
      maxReplyBytes: MOST_REPLY_BYTES,
    });
    if (result.kind === 'answered' && result.status === 413) {
      this.#mostItems = Math.max(1, this.#mostItems >> 1);
    }
    // A timer may ring a fraction of a ms early: what timed out was slow all the same.
    const leastMs = result.kind === 'failed' && result.code === 'timeout' ? timeoutMs : 0;
    const elapsedMs = Math.max(result.elapsedMs, leastMs);
    return this.#record({ failure: failureOf(result), elapsedMs });
  }

  #record(attempt: Attempt): string | undefined {
    const { clock, random } = this.#parts;
    this.health.record(attempt, clock.nowMs(), random(this.url));
    return attempt.failure;
  }

  #limit(): number {
    return this.health.failures >= PROBE_AFTER ? 1 : this.#mostItems;
  }
}

/** Why an attempt failed, undefined if it didn't: any 2xx in time is a success. */
function failureOf(result: OutboundResult): string | undefined {
  if (result.kind === 'failed') return result.reason;
  return result.status >= 200 && result.status < 300 ? undefined : `status ${result.status}`;
}
