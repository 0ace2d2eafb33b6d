import type { Clock } from '../clock.ts';
import { shortened } from '../graph/duration.ts';
import { GraphError, invalidArgument } from '../graph/error.ts';
import type { Outbound, OutboundRequest, OutboundResult } from '../outbound/outbound.ts';
import { KeptInbox } from './kept-inbox.ts';
import type { Rewindable } from './rewindable.ts';

/** Below `.test` no name ever leads anywhere (RFC 6761, section 6.2). */
const INBOX_ORIGIN = 'https://inbox.porchlight.test';

const MOST_INBOXES = 1000;

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** The inboxes of a server, by name. */
export class Inboxes implements Rewindable {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #byName = new Map<string, KeptInbox>();

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock;
  }

  /** The inbox of that name, which is there from now on. @throws GraphError 400, 409 */
  open(name: string): KeptInbox {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    if (!NAME.test(name)) {
      throw invalidArgument(
        `[Name]: '${shortened(name)}' is no name of an inbox: up to 64 letters, digits, - and _.`,
      );
    }
    if (this.#byName.size >= MOST_INBOXES) {
      throw new GraphError(
        409,
        'Conflict',
        `There are ${MOST_INBOXES} inboxes, which are the most.`,
      );
    }
    const inbox = new KeptInbox({ name, url: `${INBOX_ORIGIN}/${name}`, clock: this.#clock });
    this.#byName.set(name, inbox);
    return inbox;
  }

  /** @throws GraphError 404 */
  get(name: string): KeptInbox {
    const inbox = this.#byName.get(name);
    if (inbox !== undefined) return inbox;
    throw new GraphError(404, 'NotFound', `There is no inbox '${shortened(name)}'.`);
  }

  /** Nobody is behind its address any more. @throws GraphError 404 */
  remove(name: string): void {
    this.get(name).empty();
    this.#byName.delete(name);
  }

  /** What an inbox answers to a request. */
  answer(request: OutboundRequest): OutboundResult {
    const [, name = ''] = new URL(request.url).pathname.split('/');
    const inbox = this.#byName.get(name);
    if (inbox !== undefined) return inbox.answer(request);
    const contentType = 'text/plain';
    return { kind: 'answered', status: 404, contentType, body: '', elapsedMs: 0 };
  }

  /** Those that came later stay, and are empty: whoever has one goes on with it. */
  mark(): () => void {
    const marks = new Map(Array.from(this.#byName, ([name, inbox]) => [name, inbox.mark()]));
    const inboxes = new Map(this.#byName);
    return () => {
      for (const [name, inbox] of inboxes) this.#byName.set(name, inbox);
      for (const [name, inbox] of this.#byName) (marks.get(name) ?? (() => inbox.empty()))();
    };
  }
}

/**
 * A way out that leads to inboxes too. What goes anywhere else goes by the way that `beyond` makes, when it is first
 * needed: most tests never need it.
 */
export function outboundTo(inboxes: Inboxes, beyond: () => Outbound): Outbound {
  let made: Outbound | undefined;
  let isClosed = false;
  const other = () => {
    made ??= beyond();
    return made;
  };
  const isInbox = (url: string) => URL.canParse(url) && new URL(url).origin === INBOX_ORIGIN;

  return {
    async send(request) {
      if (isClosed) return unreachable('everything was hung up');
      if (!isInbox(request.url)) return other().send(request);
      try {
        return inboxes.answer(request);
      } catch (error) {
        // A test's own responder: what sends never rejects.
        return unreachable(`the inbox failed: ${(error as Error).message}`);
      }
    },
    refusal: (url) => (isInbox(url) ? undefined : other().refusal(url)),
    close() {
      isClosed = true;
      made?.close();
    },
  };
}

function unreachable(reason: string): OutboundResult {
  return { kind: 'failed', code: 'unreachable', reason, elapsedMs: 0 };
}
