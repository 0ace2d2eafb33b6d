import type { Faults } from '../faults/open.ts';
import type { Rule } from '../faults/rule.ts';
import type { Rewindable } from './rewindable.ts';

/** What is to go wrong, for whom, and how often: docs/faults.md has what goes with what. */
export interface FaultOrder {
  /**
   * To requests: `error`, `drop` (the connection is closed without an answer), `latency`. To change notifications:
   * `lose`, `duplicate`, `delay`. `expire`: a subscription ends.
   */
  readonly fault: 'error' | 'drop' | 'latency' | 'lose' | 'duplicate' | 'delay' | 'expire';
  /** Name of the operation, such as `setPresence`; all by default. For requests. */
  readonly operation?: string;
  /** Application id: of the caller, or of who subscribed. */
  readonly app?: string;
  /** Object id or user principal name: whom it is about, or who is signed in. */
  readonly user?: string;
  /** Subscription id. */
  readonly subscription?: string;
  /** Of an error. */
  readonly status?: 429 | 500 | 502 | 503 | 504;
  /** Of an error: the header Retry-After, in seconds; no such header by default. */
  readonly retryAfter?: number;
  /** Of error and drop: the operation is carried out, and only its answer is lost. */
  readonly carriedOut?: boolean;
  /** Of latency, in ms of real time. */
  readonly latencyMs?: number;
  /** Of delay and duplicate: an ISO 8601 duration of the test's clock. */
  readonly delay?: string;
  /** Of delay: what follows for the same subscription doesn't wait. */
  readonly overtaken?: boolean;
  /** Of lose: it is announced as missed. Of expire: `subscriptionRemoved` is sent, as by default. */
  readonly announced?: boolean;
  /** Of expire: with the next request about it or notification for it, and not at once. */
  readonly whenTouched?: boolean;
  /** How often it strikes before it is over; without end by default. */
  readonly times?: number;
  /** Of striking what it is about; 1 by default. */
  readonly probability?: number;
  /** Which ones are struck follows from it; the fault's number by default. */
  readonly seed?: number;
}

/** A fault that was ordered. */
export interface OrderedFault {
  readonly id: string;
  /** How many requests or notifications it was about. */
  readonly matched: number;
  /** How many of them it struck. */
  readonly struck: number;
}

/** What goes wrong because the test ordered it. */
export interface TestFaults {
  /** Orders a fault. Rejects naming the field that makes no sense. */
  add(order: FaultOrder): Promise<OrderedFault>;
  /** Those that were ordered, and how often each struck. */
  list(): readonly OrderedFault[];
  /** Calls all of them off. */
  clear(): void;
}

/** The faults of a server, once there is one. */
export class ServersFaults implements TestFaults, Rewindable {
  #faults: Faults | undefined;

  /** Those of this server from now on. */
  of(faults: Faults | undefined): void {
    this.#faults = faults;
  }

  async add(order: FaultOrder): Promise<OrderedFault> {
    if (this.#faults === undefined) throw new Error('this server takes no orders of faults');
    return shown(await this.#faults.order(order));
  }

  list(): readonly OrderedFault[] {
    return this.#faults?.rules.all().map(shown) ?? [];
  }

  clear(): void {
    this.#faults?.rules.clear();
  }

  mark(): () => void {
    // Before there is a server there are none.
    return this.#faults?.rules.mark() ?? (() => this.clear());
  }
}

function shown({ number, matched, struck }: Rule): OrderedFault {
  return { id: String(number), matched, struck };
}
