import type { Clock } from '../clock.ts';
import type { FeedCursor, FeedItem, FeedPage } from '../store/store.ts';
import type { Deliveries } from './deliveries.ts';
import type { Delivery } from './delivery.ts';
import type { Endpoint } from './endpoint.ts';
import type { Losses } from './losses.ts';
import { later } from './places.ts';

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

  /** New entries, for all but those that are behind. */
  told(items: readonly FeedItem[]): void {
    const { clock, deliveries, losses } = this.#parts;
    const nowMs = clock.nowMs();
    const touched = new Set<Endpoint>();
    for (const item of items) {
      for (const to of deliveries.concerned(item)) {
        let delivery = deliveries.get(to.id);
        if (delivery === undefined) {
          if (deliveries.isRestBehind || item.cursor <= deliveries.rest) continue;
          delivery = deliveries.make(to, deliveries.rest);
        }
        const { lane } = delivery;
        if (lane.isBehind) continue;
        if (to.endpoint.health.state(nowMs) === 'drop') losses.drop(delivery, item);
        else if (lane.offer(item, this.#seen)) touched.add(to.endpoint);
        else lane.isBehind = true;
      }
      this.#seen = item.cursor;
      if (!deliveries.isRestBehind) deliveries.restUpTo(item.cursor);
    }
    for (const endpoint of touched) endpoint.pump();
  }

  /**
   * Entries after `from` told before, for some that are behind, and with `isRest` for those at rest: which
   * are then among the ones that are behind. Those without room for more are so no longer.
   */
  toldBefore(
    behind: Set<Delivery>,
    { entries }: FeedPage,
    from: FeedCursor,
    isRest: boolean,
  ): void {
    const { deliveries } = this.#parts;
    const touched = new Set<Endpoint>();
    let seen = from;
    for (const item of entries) {
      for (const to of deliveries.concerned(item)) {
        let delivery = deliveries.get(to.id);
        if (delivery === undefined && isRest && item.cursor > deliveries.rest) {
          delivery = deliveries.make(to, later(seen, deliveries.rest));
          delivery.lane.isBehind = true;
          behind.add(delivery);
        }
        if (delivery === undefined || !behind.has(delivery)) continue;
        if (delivery.lane.offer(item, seen)) touched.add(to.endpoint);
        else behind.delete(delivery);
      }
      seen = item.cursor;
    }
    for (const endpoint of touched) endpoint.pump();
  }
}
