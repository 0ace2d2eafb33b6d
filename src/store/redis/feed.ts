import { decodeFeedEntry } from '../codec.ts';
import { counterOf, cursorAfter } from '../cursor.ts';
import { readingValue } from '../damage.ts';
import type { FeedBounds, FeedCursor, FeedItem, FeedPage } from '../store.ts';
import { FEED, LEASE, STATE } from './keys.ts';
import type { Link } from './link.ts';
import { bytes, bytesOrNone, integer, list, text } from './reply.ts';
import { TRIM_FEED } from './script.ts';
import type { Tenure } from './tenure.ts';

/** Up to `limit` entries after the cursor, which has the counter of the last entry read. */
export async function readFeed(link: Link, after: FeedCursor, limit: number): Promise<FeedPage> {
  const counter = counterOf(after);
  if (limit <= 0) return { entries: [], cursor: after };
  const from = counter === 0 ? '-' : `(${counter}-0`;
  const entries: FeedItem[] = [];
  for (const item of list(await link.ask('XRANGE', [FEED, from, '+', 'COUNT', limit]))) {
    const [id, fields] = list(item);
    const name = text(id);
    const entry = readingValue(
      `${link.name}, ${FEED}`,
      () => `feed entry ${name}`,
      () => decodeFeedEntry(bytes(list(fields)[1])),
    );
    entries.push({ ...entry, partition: 0, cursor: cursorAfter(Number.parseInt(name, 10)) });
  }
  return { entries, cursor: entries.at(-1)?.cursor ?? after };
}

/** Where the feed begins, after the last entry forgotten, and where it ends. */
export async function feedBounds(link: Link): Promise<FeedBounds> {
  const [forgotten, last] = list(await link.ask('HMGET', [STATE, 'forgotten', 'last']));
  const start = Number(bytesOrNone(forgotten) ?? 0);
  const end = Math.max(start, Number(bytesOrNone(last) ?? 0));
  return { start: cursorAfter(start), end: cursorAfter(end) };
}

/** Forgets entries at the start of the feed that are older than `beforeMs`, `limit` at most; how many. */
export async function trimFeed(
  link: Link,
  tenure: Tenure,
  beforeMs: number,
  limit: number,
): Promise<number> {
  tenure.admit();
  const { entries } = await readFeed(link, '', limit);
  const young = entries.findIndex(({ change }) => change.atMs >= beforeMs);
  const count = young < 0 ? entries.length : young;
  const last = entries[count - 1];
  if (last === undefined) return 0;
  const args = [tenure.value, counterOf(last.cursor)];
  const [isOurs] = list(await link.run(TRIM_FEED, [LEASE, STATE, FEED], args));
  if (integer(isOurs) !== 1) throw await tenure.refusal();
  return count;
}
