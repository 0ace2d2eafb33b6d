import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BUSY, DO_NOT_DISTURB } from '../../src/engine/pair.ts';
import { FENCE, LEASE } from '../../src/store/redis/keys.ts';
import { openRedisStore } from '../../src/store/redis/open.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { readOne, START_MS, setPresence, tell, user, wholeFeed } from './commands.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(() => server.flush());

const open = () => openRedisStore({ url: server.url, leaseMs: 1000 });

/** Gives the lease to another server, as if this one had stalled until it ran out. */
async function takeOver(): Promise<void> {
  const number = await server.raw.incr(FENCE);
  const holder = { nonce: 'x', pid: 4711, host: 'elsewhere', since: '2026-01-01T00:00:00.000Z' };
  await server.raw.set(LEASE, `${number} ${JSON.stringify(holder)}`, 'PX', 60_000);
}

describe('serving a Redis', () => {
  it('is refused to a second server, which is told who serves it', async () => {
    const store = await open();
    await expect(open()).rejects.toMatchObject({
      code: 'StoreInUse',
      message: expect.stringContaining(`${server.url}/0: process ${process.pid} on `),
    });
    // The first goes on as if nothing had happened.
    await tell(store, user(1), START_MS, setPresence(BUSY));
    await store.close();
  });

  it('is free again once the store is closed', async () => {
    await (await open()).close();
    const begin = performance.now();
    await (await open()).close();
    expect(performance.now() - begin).toBeLessThan(1000);
  });

  it('is free when the lease of one that was killed has run out', async () => {
    await (await open()).close();
    await takeOver();
    await server.raw.pexpire(LEASE, 700);
    const store = await open();
    await tell(store, user(1), START_MS, setPresence(BUSY));
    await store.close();
  });

  it('goes to exactly one of those who try at once', async () => {
    const results = await Promise.allSettled([open(), open(), open()]);
    const winners = results.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(winners).toHaveLength(1);
    for (const each of results) {
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'StoreInUse' });
    }
    await winners[0]?.close();
  });

  it('is over for a server that stalled while another took it: it writes nothing, and says so', async () => {
    const store = await open();
    await tell(store, user(1), START_MS, setPresence(BUSY));
    await store.documents.write([{ collection: 'things', id: '1', text: 'one' }]);
    await takeOver();
    const refused = {
      code: 'StoreUnavailable',
      mayBeKept: false,
      message: expect.stringContaining('process 4711 on elsewhere serves it'),
    };
    const late = [
      tell(store, user(1), START_MS + 1, setPresence(DO_NOT_DISTURB)),
      store.documents.write([{ collection: 'things', id: '1', text: 'two' }]),
      store.trimFeed(0, START_MS + 1, 10),
    ];
    for (const each of late) await expect(each).rejects.toMatchObject(refused);
    expect((await readOne(store, user(1)))?.presence.availability).toBe('Busy');
    expect([...(await store.documents.all('things'))]).toEqual([['1', 'one']]);
    expect(await wholeFeed(store)).toHaveLength(1);
    expect(store.health()).toEqual({ writable: false, reason: refused.message });

    // Also when the other has gone: what this one knows may be out of date.
    await server.raw.del(LEASE);
    const update = tell(store, user(1), START_MS + 2, setPresence(DO_NOT_DISTURB));
    await expect(update).rejects.toMatchObject({ code: 'StoreUnavailable' });
    await store.close();
  });

  it('is over when the other has come and gone before this one looked', async () => {
    const store = await open();
    await tell(store, user(1), START_MS, setPresence(BUSY));
    await takeOver();
    await server.raw.del(LEASE);
    await expect(tell(store, user(1), START_MS + 1, setPresence())).rejects.toThrow(
      'another server has served the store since',
    );
    await store.close();
  });

  it('does not take the lease of the other along when it closes', async () => {
    const store = await open();
    await takeOver();
    await store.close();
    expect(await server.raw.get(LEASE)).toContain('elsewhere');
  });
});
