import type { FeedCursor, FeedPage, PresenceStore } from '../store/store.ts';
import type { Lane } from './lane.ts';

/** Entries read in one go. */
const PAGE = 1000;

export interface CatchUpParts {
  readonly store: PresenceStore;
  /** The lanes that wait for entries of the feed and have room for them. */
  readonly behind: () => readonly Lane[];
  /** Offers the entries to these lanes; gives back those that have no more room. */
  readonly offer: (lanes: ReadonlySet<Lane>, page: FeedPage, seen: FeedCursor) => ReadonlySet<Lane>;
  /** How far everybody else is. */
  readonly told: () => FeedCursor;
  /** The feed doesn't reach back to where the lane is any more. */
  readonly onGap: (lane: Lane) => void;
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

  /** Begins, unless it is under way. */
  wake(): void {
    if (this.#running !== undefined || this.#stopped) return;
    if (this.#parts.behind().length === 0) return;
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
      const lanes = new Set(this.#parts.behind());
      const from = leastOf(lanes);
      if (from === undefined) return;
      await this.#read(lanes, from);
    }
  }

  /** From the place of the last of the lanes to where everybody is. */
  async #read(lanes: Set<Lane>, from: FeedCursor): Promise<void> {
    const { store, offer, told, onGap } = this.#parts;
    const { start } = await store.feedBounds();
    for (const lane of lanes) {
      if (lane.read >= start) continue;
      onGap(lane);
      lane.readUpTo(start);
    }
    let seen = from > start ? from : start;
    while (lanes.size > 0 && !this.#stopped) {
      const page = await store.feed(seen, PAGE);
      for (const full of offer(lanes, page, seen)) lanes.delete(full);
      seen = page.cursor;
      for (const lane of lanes) lane.readUpTo(seen);
      // The end of the feed: of what is there, and not only of what has been told.
      if (page.entries.length < PAGE && seen >= told()) {
        for (const lane of lanes) lane.isBehind = false;
        return;
      }
      await new Promise(setImmediate);
    }
  }
}

function leastOf(lanes: Iterable<Lane>): FeedCursor | undefined {
  let least: FeedCursor | undefined;
  for (const { read } of lanes) if (least === undefined || read < least) least = read;
  return least;
}
