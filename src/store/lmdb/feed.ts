import { decodeFeedEntry } from '../codec.ts';
import { counterOf, cursorAfter } from '../cursor.ts';
import type { FeedBounds, FeedCursor, FeedEntry, FeedItem, FeedPage } from '../store.ts';
import { reading } from './damage.ts';
import type { Database, Table } from './database.ts';
import { feedKey, readFeedKey } from './keys.ts';
import { readForgotten, readNextInFeed } from './meta.ts';

/** Up to `limit` entries after the cursor, which has the counter of the last entry read. */
export function readFeed(database: Database, after: FeedCursor, limit: number): FeedPage {
  const entries: FeedItem[] = [];
  let cursor = after;
  for (const { counter, entry } of entriesAfter(database, counterOf(after), limit)) {
    cursor = cursorAfter(counter);
    const { tenantId, userId, change } = entry;
    entries.push({ tenantId, userId, change, partition: 0, cursor });
  }
  return { entries, cursor };
}

/**
 * Where the feed begins and ends. It begins after the last entry forgotten and not before the first
 * kept: counters between the two may have been left out, and whoever has read up to there missed none.
 */
export function feedBounds({ feed, meta }: Database): FeedBounds {
  const forgotten = readForgotten(meta);
  const end = Math.max(forgotten, lastInFeed(feed));
  return { start: cursorAfter(forgotten), end: cursorAfter(end) };
}

/** An entry with its counter. */
export interface Placed {
  readonly counter: number;
  readonly entry: FeedEntry;
}

/** The entries at the start of the feed, or after one of them, that are older than `beforeMs`, `limit` at most. */
export function oldestInFeed(
  database: Database,
  beforeMs: number,
  limit: number,
  after = 0,
): Placed[] {
  const placed: Placed[] = [];
  for (const each of entriesAfter(database, after, limit)) {
    if (each.entry.change.atMs >= beforeMs) break;
    placed.push(each);
  }
  return placed;
}

/** The counter of the next entry: greater than any ever given, also when all were forgotten. */
export function nextInFeed({ feed, meta }: Database): number {
  return Math.max(lastInFeed(feed) + 1, readNextInFeed(meta));
}

/** The counter of the first entry, 0 without one. */
export function firstInFeed(feed: Table): number {
  for (const key of feed.getKeys({ limit: 1 })) return readFeedKey(key);
  return 0;
}

/** The counter of the last entry, 0 without one. */
function lastInFeed(feed: Table): number {
  for (const key of feed.getKeys({ reverse: true, limit: 1 })) return readFeedKey(key);
  return 0;
}

/** Up to `limit` entries after a counter. @throws StoreUnusable for a damaged one */
export function* entriesAfter(
  { path, feed }: Pick<Database, 'path' | 'feed'>,
  after: number,
  limit: number,
): Generator<Placed> {
  // The key has to be our own copy: the range keeps it, and the next key is written over it.
  const start = Buffer.from(feedKey(after + 1));
  for (const { key, value } of feed.getRange({ start, limit })) {
    const counter = readFeedKey(key);
    const entry = reading(
      path,
      () => `feed entry ${counter}`,
      () => decodeFeedEntry(value),
    );
    yield { counter, entry };
  }
}
