import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { FeedItem } from '../store/store.ts';
import type { Bookkeeper } from './bookkeeper.ts';
import { type Delivery, stuckSinceMs } from './delivery.ts';
import type { Endpoints } from './endpoints.ts';
import { forgetLetter, keepLetter, letterOf } from './letter.ts';
import type { DeliveryTerms } from './terms.ts';

export interface LossesParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly terms: DeliveryTerms;
  readonly endpoints: Endpoints;
  readonly books: Bookkeeper;
}

/** What is given up, counted and announced: nothing is lost without a word. */
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
    const count = delivery.lane.giveUp(nowMs - terms.giveUpAfterMs);
    if (count > 0) this.#announce(delivery, `gave up ${count} notifications`);
  }

  /** Drops an entry for an endpoint that hangs (Graph's "drop" state). */
  drop(delivery: Delivery, item: FeedItem): void {
    delivery.lane.lose(item);
    this.#announce(delivery, 'dropped a notification for an endpoint that hangs');
  }

  /** The feed was trimmed beyond the place of a lane: nobody knows how many there were. */
  gap(delivery: Delivery): void {
    delivery.lane.lost++;
    this.#announce(delivery, 'the feed no longer has what a subscription waits for');
  }

  /** Gives up lifecycle notifications that nobody took; `missed` waits as long as its subscription lives. */
  giveUpLetters(isAlive: (subscriptionId: string) => boolean): void {
    const { clock, terms, endpoints, books, log } = this.#parts;
    for (const endpoint of endpoints) {
      for (const letter of endpoint.letters.all()) {
        if (clock.nowMs() - letter.sinceMs < terms.giveUpAfterMs) continue;
        const [subscriptionId = '', event] = letter.id.split('.');
        if (event === 'missed' && isAlive(subscriptionId)) continue;
        endpoint.letters.withdraw(letter);
        books.note(forgetLetter(letter));
        log.warn({ subscriptionId, event }, 'gave up a lifecycle notification');
      }
    }
  }

  /** One `missed` waits at a time: what it says covers everything until it is sent. */
  #announce({ lane }: Delivery, what: string): void {
    const { clock, log, endpoints, books } = this.#parts;
    const { subscription, lost } = lane;
    const letter = letterOf(subscription, 'missed', clock.nowMs());
    if (letter === undefined) {
      log.warn({ subscriptionId: subscription.id, lost }, what);
      return;
    }
    const endpoint = endpoints.at(letter.tenantId, letter.url);
    if (endpoint.letters.isWaiting(letter.id)) return;
    log.warn({ subscriptionId: subscription.id, lost }, what);
    books.note(keepLetter(letter));
    endpoints.post(letter);
  }
}
