import type { FeedTails } from '../presence/feed-tails.ts';
import { endOfFeeds, type Place } from '../store/place.ts';
import { FEED_START, type FeedCursor, type FeedItem, type PresenceStore } from '../store/store.ts';

export interface FollowedParts {
  readonly store: PresenceStore;
  readonly tails: FeedTails;
  /** Told of each page of a partition that is followed; `place` is after it already. */
  readonly onPage: (partition: number, items: readonly FeedItem[]) => void;
}

/** What one stream needs. */
export interface Hold {
  /** Resolves when all of its partitions are followed. @throws StoreUnavailable */
  readonly opened: Promise<void>;
  release(): void;
}

interface Held {
  readonly partition: number;
  holders: number;
  opened: Promise<void>;
  close: () => void;
}

/** The partitions that open streams need: each is followed once, as long as one of them needs it. */
export class Followed {
  readonly #parts: FollowedParts;
  readonly #place: FeedCursor[];
  readonly #held = new Map<number, Held>();
  #looked: Promise<void> | undefined;

  constructor(parts: FollowedParts) {
    this.#parts = parts;
    this.#place = new Array<FeedCursor>(parts.store.partitions).fill(FEED_START);
  }

  /**
   * How far it is: all up to here was told, of the partitions that are followed. Of the others it is where
   * they were when last seen, and nobody has to be told of what came since.
   */
  get place(): Place {
    return this.#place;
  }

  /**
   * Looks where the feeds end, the first time it is called: the place of a stream is one in all of them,
   * also in those that nobody has followed yet.
   * @throws StoreUnavailable
   */
  look(): Promise<void> {
    this.#looked ??= this.#look().catch((error: unknown) => {
      this.#looked = undefined;
      throw error;
    });
    return this.#looked;
  }

  hold(partitions: readonly number[]): Hold {
    const held = partitions.map((partition) => this.#take(partition));
    const opened = Promise.all(held.map((each) => each.opened)).then(() => {});
    // Whoever is gone by then doesn't ask.
    opened.catch(() => {});
    let isReleased = false;
    return {
      opened,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        for (const each of held) this.#letGo(each);
      },
    };
  }

  async #look(): Promise<void> {
    const ends = await endOfFeeds(this.#parts.store);
    for (const [partition, end] of ends.entries()) {
      if (!this.#held.has(partition)) this.#place[partition] = end;
    }
  }

  #take(partition: number): Held {
    const found = this.#held.get(partition);
    if (found !== undefined) {
      found.holders++;
      return found;
    }
    const held: Held = { partition, holders: 1, opened: Promise.resolve(), close: () => {} };
    this.#held.set(partition, held);
    held.opened = this.#open(held);
    return held;
  }

  async #open(held: Held): Promise<void> {
    const { partition } = held;
    const { tails, onPage } = this.#parts;
    try {
      const tail = await tails.open(partition);
      if (held.holders === 0) return tail.release();
      this.#place[partition] = tail.cursor;
      tail.follow((items) => {
        this.#place[partition] = tail.cursor;
        onPage(partition, items);
      });
      held.close = () => tail.release();
    } catch (error) {
      // The next one tries anew.
      this.#drop(held);
      throw error;
    }
  }

  #letGo(held: Held): void {
    held.holders--;
    if (held.holders > 0) return;
    held.close();
    this.#drop(held);
  }

  #drop(held: Held): void {
    if (this.#held.get(held.partition) === held) this.#held.delete(held.partition);
  }
}
