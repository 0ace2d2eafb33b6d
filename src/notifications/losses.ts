import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { FeedCursor, FeedItem } from '../store/store.ts';
import { type Delivery, stuckSinceMs } from './delivery.ts';
import type { DeliveryTerms } from './terms.ts';

export interface LossesParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly terms: DeliveryTerms;
  /** Told when something was lost: it is to be announced and kept. */
  readonly onLoss: () => void;
}

/**
 * What is given up and counted: nothing is lost without a word. A lane that lost something sends nothing
 * more until the bookkeeper has announced and kept that.
 */
export class Losses {
  readonly #parts: LossesParts;

  constructor(parts: LossesParts) {
    this.#parts = parts;
  }

  /** Gives up what has waited too long at a receiver that was away for as long. */
  giveUpOld(delivery: Delivery): void {
    const { clock, terms } = this.#parts;
    const nowMs = clock.nowMs();
    const sinceMs = stuckSinceMs(delivery, nowMs);
    if (sinceMs === undefined || nowMs - sinceMs < terms.giveUpAfterMs) return;
    const wasHeld = delivery.lane.isHeld;
    const count = delivery.lane.giveUp(nowMs - terms.giveUpAfterMs);
    if (count > 0) this.#tell(delivery, wasHeld, `gave up ${count} notifications`);
  }

  /** Drops an entry for an endpoint that hangs (Graph's "drop" state). */
  drop(delivery: Delivery, item: FeedItem): void {
    const wasHeld = delivery.lane.isHeld;
    delivery.lane.lose(item);
    this.#tell(delivery, wasHeld, 'dropped a notification for an endpoint that hangs');
  }

  /** The feed was trimmed beyond the place of a lane: nobody knows how many there were. */
  gap(delivery: Delivery, start: FeedCursor): void {
    const wasHeld = delivery.lane.isHeld;
    delivery.lane.miss(start);
    this.#tell(delivery, wasHeld, 'the feed no longer has what a subscription waits for');
  }

  #tell({ lane, to }: Delivery, wasHeld: boolean, what: string): void {
    const { log, onLoss } = this.#parts;
    if (!wasHeld) log.warn({ subscriptionId: to.id, lost: lane.lost }, what);
    onLoss();
  }
}
