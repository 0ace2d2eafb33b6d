import type { FeedCursor, FeedItem } from '../store/store.ts';

/** Entries of the feed that wait, in its order. */
export class Waiting {
  #items: FeedItem[] = [];
  /** Whether no user has two items. */
  #isCompact = true;

  get length(): number {
    return this.#items.length;
  }

  push(item: FeedItem): void {
    this.#items.push(item);
    this.#isCompact = false;
  }

  /**
   * The first, up to `limit` and while they fit; they stay.
   * @param fits asked for each item in turn, until it says no
   */
  first(limit: number, fits: (item: FeedItem) => boolean): readonly FeedItem[] {
    const first = this.#items.slice(0, limit);
    const tooMany = first.findIndex((item) => !fits(item));
    return tooMany === -1 ? first : first.slice(0, tooMany);
  }

  /** How many at the start are changes before `beforeMs`. */
  countBefore(beforeMs: number): number {
    let count = 0;
    while ((this.#items[count]?.change.atMs ?? Number.POSITIVE_INFINITY) < beforeMs) count++;
    return count;
  }

  /** Forgets the first of them; gives back the place after these, undefined for none. */
  drop(count: number): FeedCursor | undefined {
    const [last] = this.#items.splice(0, count).slice(-1);
    return last?.cursor;
  }

  /** Leaves the newest item of each user. */
  compact(): void {
    if (this.#isCompact) return;
    const users = new Set<string>();
    const latest: FeedItem[] = [];
    for (const item of this.#items.toReversed()) {
      if (users.has(item.userId)) continue;
      users.add(item.userId);
      latest.push(item);
    }
    this.#items = latest.reverse();
    this.#isCompact = true;
  }
}
