import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRedisStore } from '../../src/store/redis/open.ts';
import { FEED_START, type FeedItem, type PresenceStore } from '../../src/store/store.ts';
import { type SentinelGroup, startSentinels } from '../redis-sentinels.ts';
import { START_MS, setStatusMessage, tell, user } from './commands.ts';

const USERS = 5;
const WRITERS = 10;
const PARTITIONS = 4;

let group: SentinelGroup;
let stores: PresenceStore[];

beforeEach(async () => {
  group = await startSentinels();
  const open = () => openRedisStore({ url: group.url, partitions: PARTITIONS });
  stores = await Promise.all([open(), open()]);
}, 30_000);
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await group.stop();
});

async function wholeFeeds(store: PresenceStore): Promise<FeedItem[]> {
  const all: FeedItem[] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    for (let cursor = FEED_START; ; ) {
      const page = await store.feed(partition, cursor, 1000);
      if (page.entries.length === 0) break;
      all.push(...page.entries);
      cursor = page.cursor;
    }
  }
  return all;
}

describe('a replica that takes over while two servers write', () => {
  it('has everything that was answered once, and no number twice', {
    timeout: 60_000,
  }, async () => {
    /** What was answered: content → number. The instant stands still, so numbers go up one by one. */
    const answered = new Map<string, number>();
    let isWriting = true;
    const write = async (store: PresenceStore, name: string) => {
      for (let count = 0; isWriting; count++) {
        const content = `${name} ${count}`;
        const step = tell(store, user(count % USERS), START_MS, setStatusMessage(content));
        await step.then(
          ({ changes }) => answered.set(content, changes[0]?.number ?? 0),
          (error) => expect(error).toMatchObject({ code: 'StoreUnavailable' }),
        );
        await new Promise(setImmediate);
      }
    };
    const writers = stores.flatMap((store, at) =>
      Array.from({ length: WRITERS }, (_, writer) => write(store, `${at} ${writer}`)),
    );
    const writtenMore = async () => {
      const before = answered.size;
      await expect.poll(() => answered.size, { timeout: 15_000 }).toBeGreaterThan(before + 300);
    };
    await writtenMore();
    const primary = await group.primary();
    await primary.kill();
    await group.switched(primary);
    await writtenMore();
    isWriting = false;
    await Promise.all(writers);

    const [store] = stores;
    const feed = store === undefined ? [] : await wholeFeeds(store);
    const numbers = new Map<string, number>();
    const found = new Map<string, number>();
    for (const { userId, change } of feed) {
      const content = change.after.statusMessage?.content ?? '';
      expect(found.has(content)).toBe(false);
      found.set(content, change.number);
      expect(change.number).toBeGreaterThan(numbers.get(userId) ?? 0);
      numbers.set(userId, change.number);
    }
    const missing = [...answered].filter(([content, number]) => found.get(content) !== number);
    expect(missing).toEqual([]);
  });
});
