import { decodeFeedEntry } from '../codec.ts';
import { counterOf, cursorAfter } from '../cursor.ts';
import { readingValue } from '../damage.ts';
import type { FeedBounds, FeedCursor, FeedItem, FeedPage } from '../store.ts';
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

/** Forgets entries at the start of the feed that are older than `beforeMs`, `limit` at most; how many. */
export async function trimFeed(
  link: Link,
  partition: Partition,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const { entries } = await readFeed(link, partition, '', limit);
  const young = entries.findIndex(({ change }) => change.atMs >= beforeMs);
  const count = young < 0 ? entries.length : young;
  const last = entries[count - 1];
  if (last === undefined) return 0;
  const { state, feed } = partition.keys;
  return integer(await link.run(TRIM_FEED, [state, feed], [counterOf(last.cursor)]));
}
