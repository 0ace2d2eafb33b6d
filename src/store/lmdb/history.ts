import { decodeFeedEntry } from '../codec.ts';
import type { HistoryPage, UserKey } from '../store.ts';
import { reading } from './damage.ts';
import type { Database } from './database.ts';
import type { Placed } from './feed.ts';
import { historyKey, readFeedKey, userKey } from './keys.ts';
import { readForgottenMs } from './meta.ts';

/** Up to `limit` changes of a user with the number `from` or a greater one. */
export function readHistory(
  database: Database,
  user: UserKey,
  from: number,
  limit: number,
): HistoryPage {
  const placed = placedHistory(database, user, from, limit);
  const forgottenMs = readForgottenMs(database.meta);
  return { changes: placed.map(({ entry }) => entry.change), forgottenMs };
}

/** The same as entries of the feed. @throws StoreUnusable for what is damaged */
export function placedHistory(
  { path, feed, history }: Database,
  { tenantId, userId }: UserKey,
  from: number,
  limit: number,
): Placed[] {
  // The keys have to be our own copies: the range keeps them, and the next key is written over them.
  const user = Buffer.from(userKey(tenantId, userId));
  const start = Buffer.from(historyKey(user, from));
  const end = Buffer.from(historyKey(user, Number.POSITIVE_INFINITY));
  // All of them before the first entry is read, as that moves LMDB's reading buffer.
  const places = Array.from(history.getRange({ start, end, limit }), ({ value }) => value);
  return places.map((place) => {
    const counter = readFeedKey(place);
    const entry = reading(
      path,
      () => `feed entry ${counter}, of the history of user ${userId}`,
      () => decodeFeedEntry(feed.getBinary(place) ?? Buffer.alloc(0)),
    );
    return { counter, entry };
  });
}
