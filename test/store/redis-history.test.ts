import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NEVER_MS } from '../../src/engine/facts.ts';
import { BUSY } from '../../src/engine/pair.ts';
import { META, partitionKeys } from '../../src/store/redis/keys.ts';
import { openRedisStore } from '../../src/store/redis/open.ts';
import type { HistoryPage, PresenceStore } from '../../src/store/store.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { MINUTE_MS, START_MS, setPresence, setStatusMessage, tell, user } from './commands.ts';
import { mark } from './history-contract.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
afterEach(() => server.flush());

const { state } = partitionKeys(0);
const open = () => openRedisStore({ url: server.url, partitions: 1 });
const histories = () => server.raw.keys('porchlight:{0}:history:*');
const contentsOf = ({ changes }: HistoryPage) =>
  changes.map(({ after }) => after.statusMessage?.content);

async function say(store: PresenceStore, count: number, from = 0): Promise<void> {
  for (let at = from; at < from + count; at++) {
    await tell(store, user(at % 3), START_MS + at, setStatusMessage(`${at}`));
  }
}

describe('histories in Redis', () => {
  it('leave nothing behind when the feed is trimmed or they are forgotten', async () => {
    const store = await open();
    await say(store, 9);
    expect(await histories()).toHaveLength(3);
    await mark(store, user(0), START_MS + 10);
    await store.forgetHistory(user(0), 100);
    expect(await histories()).toHaveLength(2);
    await store.trimFeed(0, NEVER_MS, 100);
    expect(await histories()).toEqual([]);
    await store.close();
  });

  it('cost a write without a change nothing', async () => {
    const store = await open();
    await tell(store, user(1), START_MS, setPresence(BUSY));
    const calls = async () =>
      (await server.raw.info('commandstats')).match(/cmdstat_rpush:calls=(\d+)/)?.[1];
    const before = await calls();
    await tell(store, user(1), START_MS + MINUTE_MS, setPresence(BUSY));
    expect(await calls()).toBe(before);
    await tell(store, user(1), START_MS + MINUTE_MS, setStatusMessage('more'));
    expect(await calls()).not.toBe(before);
    await store.close();
  });

  it('lose only what a trim forgets, though another was there before it', async () => {
    const [one, other] = [await open(), await open()];
    await say(one, 30);
    await Promise.all([one.trimFeed(0, START_MS + 15, 100), other.trimFeed(0, START_MS + 15, 100)]);
    expect(contentsOf(await one.history(user(0), 0, 100))).toEqual(['15', '18', '21', '24', '27']);
    await Promise.all([one.close(), other.close()]);
  });
});

describe('a store that an earlier Porchlight made', () => {
  /** As it was before there were histories. */
  async function older(count: number): Promise<void> {
    const store = await open();
    await say(store, count);
    await mark(store, user(0), START_MS + count);
    await store.close();
    await server.raw.del(...(await histories()));
    await server.raw.hdel(state, 'entered');
    await server.raw.hset(META, 'schema', '1');
  }

  it('gets the histories of all that is in its feed', async () => {
    await older(2500);
    // Two servers at a time, as after an update of all.
    const [one, other] = await Promise.all([open(), open()]);
    const { changes } = await one.history(user(0), 0, 1000);
    expect(changes).toHaveLength(834);
    expect(changes.at(-1)?.after.statusMessage?.content).toBe('2499');
    await say(other, 3, 2500);
    expect(contentsOf(await one.history(user(1), START_MS + 2490, 100))).toEqual([
      ...['2491', '2494', '2497', '2500'],
    ]);
    expect(await server.raw.hget(META, 'schema')).toBe('2');
    await Promise.all([one.close(), other.close()]);
  });

  it('gets nothing twice where Redis has lost that it was done', async () => {
    const store = await open();
    await say(store, 9);
    await store.close();
    await server.raw.hdel(state, 'entered');
    const again = await open();
    expect(contentsOf(await again.history(user(0), 0, 100))).toEqual(['0', '3', '6']);
    await again.close();
  });
});
