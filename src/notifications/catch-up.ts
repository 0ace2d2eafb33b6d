import type { FeedCursor, PresenceStore } from '../store/store.ts';
import type { Deliveries } from './deliveries.ts';
import type { Delivery } from './delivery.ts';
import type { Losses } from './losses.ts';
import type { Matcher } from './matcher.ts';

/** Entries read in one go. */
const PAGE = 1000;

export interface CatchUpParts {
  readonly store: PresenceStore;
  readonly deliveries: Deliveries;
  readonly matcher: Matcher;
  readonly losses: Losses;
  readonly onError: (error: unknown) => void;
}

/**
 * Reads the feed once more for lanes that are behind: after a restart, or because more waited than is
 * kept in memory. All of them share one reading, from the place of the last of them on.
 */
export class CatchUp {
  readonly #parts: CatchUpParts;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(parts: CatchUpParts) {
    this.#parts = parts;
  }

  /** Begins, unless it is under way or there is nothing to do. */
  wake(): void {
    if (this.#running !== undefined || this.#stopped) return;
    if (this.#parts.deliveries.behind().length === 0) return;
    this.#running = this.#run()
      .catch(this.#parts.onError)
      .finally(() => {
        this.#running = undefined;
      });
  }

  async rest(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.rest();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const behind = new Set(this.#parts.deliveries.behind());
      const from = leastPlace(behind);
      if (from === undefined) return;
      await this.#read(behind, from);
    }
  }

  /** From the place of the last of them to the end of the feed. */
  async #read(behind: Set<Delivery>, from: FeedCursor): Promise<void> {
    const { store, matcher, losses } = this.#parts;
    const { start } = await store.feedBounds(0);
    for (const delivery of behind) {
      if (delivery.lane.read >= start) continue;
      losses.gap(delivery);
      delivery.lane.readUpTo(start);
    }
    let seen = from > start ? from : start;
    while (behind.size > 0 && !this.#stopped) {
      const page = await store.feed(0, seen, PAGE);
      for (const full of matcher.toldBefore(behind, page, seen)) behind.delete(full);
      for (const { lane } of behind) lane.readUpTo(page.cursor);
      // Those that are left may all have read further already.
      seen = leastPlace(behind) ?? page.cursor;
      // The end of what is there, and of what the others have been told.
      if (page.entries.length < PAGE && seen >= matcher.seen) {
        for (const { lane, endpoint } of behind) {
          lane.isBehind = false;
          endpoint.pump();
        }
        return;
      }
      await new Promise(setImmediate);
    }
  }
}

function leastPlace(behind: Iterable<Delivery>): FeedCursor | undefined {
  let least: FeedCursor | undefined;
  for (const { lane } of behind) if (least === undefined || lane.read < least) least = lane.read;
  return least;
}
