import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BUSY, DO_NOT_DISTURB } from '../../src/engine/pair.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { openRedisStore } from '../../src/store/redis/open.ts';
import { FEED_START, type PresenceStore } from '../../src/store/store.ts';
import { startFaultProxy } from '../fault-proxy.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import {
  MINUTE_MS,
  readOne,
  START_MS,
  setPresence,
  setStatusMessage,
  tell,
  user,
} from './commands.ts';

/** How long a call may take at most while Redis gives no answer: two answers are waited for. */
const BOUND_MS = 2500;
const RECOVERY_MS = 2000;

let server: RedisServer;
let store: PresenceStore;

beforeEach(async () => {
  server = await startRedis({ settings: { appendonly: 'yes', appendfsync: 'always' } });
  store = await openRedisStore({ url: server.url, partitions: 1, timeoutMs: 1000 });
});
afterEach(async () => {
  server.resume();
  await store.close();
  await server.stop();
});

/** How long it took until the promise was rejected, and with what. */
async function rejection(promise: Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const begin = performance.now();
  const error = await promise.then(
    () => 'nothing',
    (each: unknown) => each,
  );
  return { error, ms: performance.now() - begin };
}

/** Writes and reads until both work again, which have connections of their own, and gives how long that took. */
async function recoveryMs(): Promise<number> {
  const begin = performance.now();
  const attempt = async () => {
    await tell(store, user(9), START_MS, setPresence(BUSY));
    await readOne(store, user(9));
    return 'there';
  };
  await expect.poll(attempt, { timeout: 10_000, interval: 20 }).toBe('there');
  return performance.now() - begin;
}

describe('while Redis is away', () => {
  it('what was last known of users can be had, if that is all of them', async () => {
    const { tenantId } = user(1);
    const { record } = await tell(store, user(1), START_MS, setPresence(BUSY));
    expect(store.lastKnown(tenantId, [user(1).userId])?.records).toEqual([record]);
    const other = await openRedisStore({ url: server.url });
    const newer = await tell(other, user(2), START_MS, setPresence(DO_NOT_DISTURB));
    const ids = [1, 2, 3].map((at) => user(at).userId);
    expect(store.lastKnown(tenantId, ids)).toBeUndefined();
    const askedMs = performance.now();
    const read = await store.read(tenantId, ids);
    expect(read).toEqual([record, newer.record, undefined]);
    await server.kill();
    await expect(store.read(tenantId, ids)).rejects.toThrow(StoreUnavailable);
    const known = store.lastKnown(tenantId, ids);
    expect(known?.records).toEqual(read);
    expect(known?.ageMs).toBeGreaterThanOrEqual(0);
    expect(known?.ageMs).toBeLessThanOrEqual(performance.now() - askedMs + 1);
    expect(store.lastKnown(tenantId, [...ids, user(4).userId])).toBeUndefined();
    expect(store.lastKnown(user(1, 2).tenantId, ids)).toBeUndefined();
    const { now } = performance;
    vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + 5 * MINUTE_MS);
    expect(store.lastKnown(tenantId, ids)).toBeUndefined();
    vi.restoreAllMocks();
    await other.close();
  });

  it('every call fails in time, and works again soon after it is back', async () => {
    await tell(store, user(1), START_MS, setPresence(BUSY));
    await server.kill();
    await expect.poll(() => store.health().writable, { timeout: 5000 }).toBe(false);
    const calls = [
      tell(store, user(1), START_MS + 1, setPresence(DO_NOT_DISTURB)),
      store.documents.write([{ collection: 'things', id: '1', text: '1' }]),
      store.documents.all('things'),
      readOne(store, user(1)),
      store.users(user(1).tenantId, '', 1),
      store.due(0, START_MS, 1),
      store.nextDueMs(0),
      store.feed(0, FEED_START, 1),
      store.feedBounds(0),
      store.trimFeed(0, START_MS, 1),
    ];
    for (const { error, ms } of await Promise.all(calls.map(rejection))) {
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(error).toMatchObject({ mayBeKept: false });
      expect(ms).toBeLessThan(BOUND_MS);
    }
    await server.start();
    expect(await recoveryMs()).toBeLessThan(RECOVERY_MS);
    expect(store.health()).toEqual({ writable: true });
    expect((await readOne(store, user(1)))?.presence.availability).toBe('Busy');
  });

  it('an update that gets no answer fails in time, and says that it may have been kept', async () => {
    await tell(store, user(1), START_MS, setPresence(BUSY));
    server.pause();
    const update = tell(store, user(1), START_MS + 1, setPresence(DO_NOT_DISTURB));
    const { error, ms } = await rejection(update);
    expect(error).toMatchObject({ code: 'StoreUnavailable', mayBeKept: true });
    expect(ms).toBeLessThan(BOUND_MS);
    // What comes now is tried for itself.
    const next = await rejection(tell(store, user(2), START_MS, setPresence(BUSY)));
    expect(next.error).toMatchObject({ code: 'StoreUnavailable', mayBeKept: false });
    expect(next.ms).toBeLessThan(BOUND_MS);
    const read = await rejection(readOne(store, user(1)));
    expect(read.error).toMatchObject({ code: 'StoreUnavailable', mayBeKept: false });
    expect(read.ms).toBeLessThan(BOUND_MS);
    expect(store.health()).toEqual({ writable: false, reason: expect.any(String) });

    server.resume();
    expect(await recoveryMs()).toBeLessThan(RECOVERY_MS);
    // It was given up before Redis went on: it isn't carried out after all.
    expect((await readOne(store, user(1)))?.presence.availability).toBe('Busy');
    const { entries } = await store.feed(0, FEED_START, 10);
    expect(entries.map(({ userId }) => userId)).toEqual([user(1).userId, user(9).userId]);
  });

  it('a connection on which nothing comes through, though nobody closed it, is made anew', async () => {
    await store.close();
    const proxy = await startFaultProxy(server.port);
    store = await openRedisStore({
      url: `redis://127.0.0.1:${proxy.port}`,
      partitions: 1,
      timeoutMs: 1000,
    });
    await tell(store, user(1), START_MS, setPresence(BUSY));
    proxy.freeze();
    const update = tell(store, user(1), START_MS + 1, setPresence(DO_NOT_DISTURB));
    const { error, ms } = await rejection(update);
    expect(error).toMatchObject({ code: 'StoreUnavailable', mayBeKept: true });
    expect(ms).toBeLessThan(BOUND_MS);
    expect(await recoveryMs()).toBeLessThan(RECOVERY_MS);
    await store.close();
    await proxy.close();
  });

  it('nothing that was acknowledged is lost when Redis is killed, with appendfsync always', async () => {
    for (let round = 0; round < 3; round++) {
      const kept: number[] = [];
      let isWriting = true;
      const writers = Array.from({ length: 20 }, async (_, at) => {
        let done = -1;
        for (let count = 0; isWriting; count++) {
          const message = setStatusMessage(`${round} ${count}`);
          await tell(store, user(at), START_MS + count, message)
            .then(() => {
              done = count;
              kept[at] = count;
            })
            .catch((error) => {
              expect(error).toBeInstanceOf(StoreUnavailable);
              isWriting = false;
            });
        }
        return done;
      });
      const slowest = () => (kept.filter(() => true).length < 20 ? 0 : Math.min(...kept));
      await expect.poll(slowest, { timeout: 10_000 }).toBeGreaterThan(20);
      await server.kill();
      isWriting = false;
      const done = await Promise.all(writers);
      await server.start();
      await recoveryMs();
      for (const [at, count] of done.entries()) {
        const content = (await readOne(store, user(at)))?.presence.statusMessage?.content ?? '';
        const [keptRound, keptCount] = content.split(' ').map(Number);
        expect(keptRound).toBe(round);
        // The one after it had no answer, and may have been kept.
        expect([count, count + 1]).toContain(keptCount);
      }
    }
  });
});
