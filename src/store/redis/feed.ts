import { decodeFeedEntry } from '../codec.ts';
import { counterOf, cursorAfter } from '../cursor.ts';
import { readingValue } from '../damage.ts';
import { isHistory } from '../is-history.ts';
import type { FeedBounds, FeedCursor, FeedItem, FeedPage } from '../store.ts';
import { userMember } from './keys.ts';
import type { Link } from './link.ts';
import type { Partition } from './partition.ts';
import { bytes, bytesOrNone, integer, list, text } from './reply.ts';
import { TRIM_FEED } from './script.ts';

/** Up to `limit` entries after the cursor, which has the counter of the last entry read. */
export async function readFeed(
  link: Link,
  { number, keys: { feed } }: Partition,
  after: FeedCursor,
  limit: number,
): Promise<FeedPage> {
  const counter = counterOf(after);
  if (limit <= 0) return { entries: [], cursor: after };
  const from = counter === 0 ? '-' : `(${counter}-0`;
  const entries: FeedItem[] = [];
  for (const item of list(await link.ask(feed, 'XRANGE', [feed, from, '+', 'COUNT', limit]))) {
    const [id, fields] = list(item);
    const name = text(id);
    const entry = readingValue(
      () => `${link.name}, ${feed}`,
      () => `feed entry ${name}`,
      () => decodeFeedEntry(bytes(list(fields)[1])),
    );
    entries.push({ ...entry, partition: number, cursor: cursorAfter(Number.parseInt(name, 10)) });
  }
  return { entries, cursor: entries.at(-1)?.cursor ?? after };
}

/** Where the feed begins, after the last entry forgotten, and where it ends. */
export async function feedBounds(link: Link, { keys: { state } }: Partition): Promise<FeedBounds> {
  const [forgotten, last] = list(await link.ask(state, 'HMGET', [state, 'forgotten', 'last']));
  const start = Number(bytesOrNone(forgotten) ?? 0);
  const end = Math.max(start, Number(bytesOrNone(last) ?? 0));
  return { start: cursorAfter(start), end: cursorAfter(end) };
}

/** Entries that one script forgets: Redis does nothing else meanwhile. */
const FORGOTTEN_AT_ONCE = 1000;

/** Forgets entries at the start of the feed that are older than `beforeMs`, `limit` at most; how many. */
export async function trimFeed(
  link: Link,
  partition: Partition,
  beforeMs: number,
  limit: number,
): Promise<number> {
  let forgotten = 0;
  while (forgotten < limit) {
    const most = Math.min(limit - forgotten, FORGOTTEN_AT_ONCE);
    const { entries } = await readFeed(link, partition, '', most);
    const young = entries.findIndex(({ change }) => change.atMs >= beforeMs);
    const old = young < 0 ? entries : entries.slice(0, young);
    if (old.length > 0) forgotten += await forget(link, partition, old);
    if (old.length < most) break;
  }
  return forgotten;
}

async function forget(
  link: Link,
  { keys: { state, feed, history } }: Partition,
  entries: readonly FeedItem[],
): Promise<number> {
  const upTo = counterOf(entries.at(-1)?.cursor ?? '');
  const latestMs = entries.reduce((latest, { change }) => Math.max(latest, change.atMs), 0);
  const counts = new Map<string, { readonly user: Buffer; count: number }>();
  for (const { tenantId, userId, change } of entries) {
    if (!isHistory(change)) continue;
    const name = `${tenantId}/${userId}`;
    const known = counts.get(name) ?? { user: userMember({ tenantId, userId }), count: 0 };
    known.count++;
    counts.set(name, known);
  }
  const users = [...counts.values()].flatMap(({ user, count }) => [user, count]);
  return integer(await link.run(TRIM_FEED, [state, feed], [upTo, latestMs, history, ...users]));
}
