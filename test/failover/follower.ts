import { setTimeout as after } from 'node:timers/promises';
import type { FeedCursor, FeedItem, PresenceStore } from '../../src/store/store.ts';
import { mustBeAway } from './load.ts';

const PAGE = 500;
const PAUSE_MS = 20;

/** Reads the feeds of all partitions by one store, on from where it is, whatever happens. */
export class Follower {
  /** What was read, by partition. */
  readonly items: FeedItem[][];
  readonly #store: PresenceStore;
  readonly #cursors: FeedCursor[];
  readonly #over = new AbortController();
  #working: Promise<void> | undefined;

  /** `from` are the places to begin at, by partition. */
  constructor(store: PresenceStore, from: readonly FeedCursor[]) {
    this.#store = store;
    this.#cursors = [...from];
    this.items = from.map(() => []);
  }

  begin(): void {
    this.#working = this.#follow();
  }

  halt(): void {
    this.#over.abort();
  }

  /** Resolves when it has read what there is. */
  async end(): Promise<void> {
    this.halt();
    await this.#working;
    while ((await this.#readAll()) > 0);
  }

  async #follow(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await this.#readAll().catch(mustBeAway);
      await after(PAUSE_MS);
    }
  }

  async #readAll(): Promise<number> {
    const counts = await Promise.all(this.items.map((_, partition) => this.#readOn(partition)));
    return Math.max(...counts);
  }

  async #readOn(partition: number): Promise<number> {
    const { entries, cursor } = await this.#store.feed(
      partition,
      this.#cursors[partition] ?? '',
      PAGE,
    );
    this.#cursors[partition] = cursor;
    this.items[partition]?.push(...entries);
    return entries.length;
  }
}
