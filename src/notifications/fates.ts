import type { Clock } from '../clock.ts';
import type { FeedItem } from '../store/store.ts';
import type { Lane } from './lane.ts';
import type { Fate, Mishaps } from './mishaps.ts';
import type { Part } from './shipment.ts';

/** One notification that comes out of turn. */
export interface Stray {
  readonly atMs: number;
  readonly part: Part;
}

/** What was taken to be sent, by what is to become of it. */
export interface Sorted {
  readonly inTurn: readonly Part[];
  /** Those to send beside, once what is in turn has arrived. */
  readonly strays: readonly Stray[];
  /** How many of each lane are to count as lost. */
  readonly missed: ReadonlyMap<Lane, number>;
}

export function allInTurn(parts: readonly Part[]): Sorted {
  return { inTurn: parts, strays: [], missed: new Map() };
}

export interface FatesParts {
  readonly mishaps: Mishaps;
  readonly clock: Clock;
  /** Told when the time comes for something that waits. */
  readonly onDue: () => void;
}

/** What is to become of the notifications of an endpoint. One that fails is sent again under the same fate. */
export class Fates {
  readonly #parts: FatesParts;
  /** By item and subscription: an item of the feed may be for several. */
  readonly #decided = new WeakMap<FeedItem, Map<string, Fate>>();

  constructor(parts: FatesParts) {
    this.#parts = parts;
  }

  /** Whether it may go now. */
  isDue(lane: Lane, item: FeedItem): boolean {
    return this.#of(lane, item).notBeforeMs <= this.#parts.clock.nowMs();
  }

  sort(parts: readonly Part[]): Sorted {
    const strays: Stray[] = [];
    const missed = new Map<Lane, number>();
    const inTurn = parts.map(({ lane, items }) => {
      for (const item of items) {
        const { againMs: atMs, isMissed } = this.#of(lane, item);
        if (atMs !== undefined) strays.push({ atMs, part: { lane, items: [item] } });
        if (isMissed) missed.set(lane, (missed.get(lane) ?? 0) + 1);
      }
      return { lane, items: items.filter((item) => this.#of(lane, item).isSent) };
    });
    return { inTurn: inTurn.filter(({ items }) => items.length > 0), strays, missed };
  }

  #of({ subscription }: Lane, item: FeedItem): Fate {
    const known = this.#decided.get(item) ?? new Map<string, Fate>();
    let fate = known.get(subscription.id);
    if (fate === undefined) {
      const { mishaps, clock, onDue } = this.#parts;
      fate = mishaps.fateOf(subscription, item);
      this.#decided.set(item, known.set(subscription.id, fate));
      if (fate.notBeforeMs > clock.nowMs()) clock.alarm(fate.notBeforeMs, onDue);
    }
    return fate;
  }
}
