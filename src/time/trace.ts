import type { Change } from '../engine/advance.ts';
import type { Pair } from '../engine/pair.ts';

/** Something that happened at an instant of the server's clock. */
export type TraceEvent =
  | {
      readonly kind: 'presence';
      readonly atMs: number;
      readonly tenantId: string;
      readonly userId: string;
      readonly before: Pair;
      readonly after: Pair;
      readonly cause: Change['cause'];
      readonly number: number;
    }
  | SubscriptionEvent
  | {
      readonly kind: 'notification';
      readonly atMs: number;
      readonly url: string;
      readonly items: readonly NotifiedItem[];
      /** The status of the answer, or why there was none. */
      readonly outcome: number | string;
    };

export interface SubscriptionEvent {
  readonly kind: 'subscription';
  readonly atMs: number;
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** Its time was over, or its token is to be renewed. */
  readonly event: 'expired' | 'reauthorizationRequired';
}

/** An item of a notification, as far as it tells what it is about. */
export interface NotifiedItem {
  readonly subscriptionId: string;
  /** Whose presence changed; null where it is a lifecycle notification. */
  readonly userId: string | null;
  readonly lifecycleEvent: string | null;
}

/** What happened, in order. */
export interface Trace {
  readonly events: readonly TraceEvent[];
  /** How many more there were than are kept. */
  readonly omitted: number;
}

const RANK = { presence: 0, subscription: 1, notification: 2 } as const;

/**
 * Keeps what happens, as far as there is room. Within an instant it is put in an order of its own, since answers of
 * several receivers come as networks please: the same script leaves the same trace.
 */
export class Recorder {
  readonly #most: number;
  #events: TraceEvent[] = [];
  #omitted = 0;
  #instant: TraceEvent[] = [];
  #isOn = false;

  /** @param most events that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether anything is kept. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Forgets what there is, and keeps what happens from now on. */
  begin(): void {
    this.#events = [];
    this.#instant = [];
    this.#omitted = 0;
    this.#isOn = true;
  }

  add(event: TraceEvent): void {
    if (this.#isOn) this.#instant.push(event);
  }

  /** What happens from now on comes after all that happened before. */
  settle(): void {
    const instant = this.#instant.sort((a, b) => RANK[a.kind] - RANK[b.kind] || compare(a, b));
    this.#instant = [];
    const room = this.#most - this.#events.length;
    for (const event of instant.slice(0, room)) this.#events.push(event);
    this.#omitted += Math.max(0, instant.length - room);
  }

  /** Gives out all there is, and keeps nothing more. */
  end(): Trace {
    this.settle();
    this.#isOn = false;
    return { events: this.#events, omitted: this.#omitted };
  }
}

/** What has equal names keeps the order in which it came: POSTs to one address, changes of one user. */
function compare(a: TraceEvent, b: TraceEvent): number {
  const [first, second] = [nameOf(a), nameOf(b)];
  return a.atMs - b.atMs || (first < second ? -1 : Number(first > second));
}

function nameOf(event: TraceEvent): string {
  switch (event.kind) {
    case 'presence':
      return `${event.tenantId} ${event.userId}`;
    case 'subscription':
      return event.subscriptionId;
    case 'notification':
      return event.url;
  }
}
