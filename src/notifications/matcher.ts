import type { Clock } from '../clock.ts';
import type { FeedCursor, FeedItem, FeedPage } from '../store/store.ts';
import type { Deliveries } from './deliveries.ts';
import type { Delivery } from './delivery.ts';
import type { Endpoint } from './endpoint.ts';
import type { Losses } from './losses.ts';

export interface MatcherParts {
  readonly clock: Clock;
  readonly deliveries: Deliveries;
  readonly losses: Losses;
  /** Where the tail begins. */
  readonly from: FeedCursor;
}

/** Takes entries of the feed to the lanes that they concern. */
export class Matcher {
  readonly #parts: MatcherParts;
  #seen: FeedCursor;

  constructor(parts: MatcherParts) {
    this.#parts = parts;
    this.#seen = parts.from;
  }

  /** How far the feed was looked at. */
  get seen(): FeedCursor {
    return this.#seen;
  }

  /** New entries, for all lanes but those that are behind. */
  told(items: readonly FeedItem[]): void {
    const { clock, deliveries, losses } = this.#parts;
    const nowMs = clock.nowMs();
    const touched = new Set<Endpoint>();
    for (const item of items) {
      for (const delivery of deliveries.concerned(item)) {
        const { lane, endpoint } = delivery;
        if (lane.isBehind) continue;
        if (endpoint.health.state(nowMs) === 'drop') losses.drop(delivery, item);
        else if (lane.offer(item, this.#seen)) touched.add(endpoint);
        else lane.isBehind = true;
      }
      this.#seen = item.cursor;
    }
    for (const endpoint of touched) endpoint.pump();
  }

  /** Entries after `from` told before, for some that are behind; gives back those without room for more. */
  toldBefore(
    behind: ReadonlySet<Delivery>,
    { entries }: FeedPage,
    from: FeedCursor,
  ): ReadonlySet<Delivery> {
    const full = new Set<Delivery>();
    const touched = new Set<Endpoint>();
    let seen = from;
    for (const item of entries) {
      for (const delivery of this.#parts.deliveries.concerned(item)) {
        if (!behind.has(delivery) || full.has(delivery)) continue;
        if (delivery.lane.offer(item, seen)) touched.add(delivery.endpoint);
        else full.add(delivery);
      }
      seen = item.cursor;
    }
    for (const endpoint of touched) endpoint.pump();
    return full;
  }
}
