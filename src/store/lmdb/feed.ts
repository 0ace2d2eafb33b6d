import { decodeFeedEntry } from '../codec.ts';
import { FEED_START, type FeedCursor, type FeedEntry, type FeedPage } from '../store.ts';
import { reading } from './damage.ts';
import type { Database } from './database.ts';
import { feedKey, readFeedKey } from './keys.ts';
import { readNextInFeed } from './meta.ts';

/** Up to `limit` entries after the cursor, which is the counter of the last entry read. */
export function readFeed(database: Database, after: FeedCursor, limit: number): FeedPage {
  const entries: FeedEntry[] = [];
  let cursor = after;
  for (const { counter, entry } of entriesAfter(database, counterOf(after), limit)) {
    entries.push(entry);
    cursor = String(counter);
  }
  return { entries, cursor };
}

/** Counters of the entries at the start of the feed that are older than `beforeMs`, `limit` at most. */
export function oldestInFeed(database: Database, beforeMs: number, limit: number): number[] {
  const counters: number[] = [];
  for (const { counter, entry } of entriesAfter(database, 0, limit)) {
    if (entry.change.atMs >= beforeMs) break;
    counters.push(counter);
  }
  return counters;
}

/** The counter of the next entry: greater than any ever given, also when all were forgotten. */
export function nextInFeed({ feed, meta }: Database): number {
  let last = 0;
  for (const key of feed.getKeys({ reverse: true, limit: 1 })) last = readFeedKey(key);
  return Math.max(last + 1, readNextInFeed(meta));
}

function* entriesAfter(database: Database, after: number, limit: number) {
  const { path, feed } = database;
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

function counterOf(cursor: FeedCursor): number {
  const counter = cursor === FEED_START ? 0 : Number(cursor);
  if (Number.isSafeInteger(counter) && counter >= 0) return counter;
  throw new TypeError(`not a cursor of this store's feed: ${JSON.stringify(cursor)}`);
}
