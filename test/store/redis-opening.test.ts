import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BUSY } from '../../src/engine/pair.ts';
import { META, partitionKeys } from '../../src/store/redis/keys.ts';
import { openRedisStore } from '../../src/store/redis/open.ts';
import { freePort, type RedisServer, startRedis } from '../redis-server.ts';
import { START_MS, setPresence, tell, user } from './commands.ts';

describe('opening a store on Redis', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  afterEach(() => server.flush());

  const open = () => openRedisStore({ url: server.url });

  it('says what the settings of Redis promise', async () => {
    const store = await open();
    expect(store.durability).toMatchObject({
      isKept: false,
      text: 'appendonly no, no snapshots: all is lost when Redis ends',
    });
    await store.close();
  });

  it('works for a user who may use our keys and channels alone and see no settings', async () => {
    const rights = ['on', '>secret', '~porchlight:*', '&porchlight:*', '+@all', '-config'];
    await server.raw.call('ACL', 'SETUSER', 'limited', ...rights);
    const url = `redis://limited:secret@127.0.0.1:${server.port}`;
    const store = await openRedisStore({ url });
    expect(store.durability.text).toContain('appendonly no: acknowledged writes since');
    await tell(store, user(1), START_MS, setPresence(BUSY));
    expect(await store.users(user(1).tenantId, '', 10)).toEqual([user(1).userId]);
    await store.close();
  });

  it('is refused on the store of a later Porchlight, and changes nothing', async () => {
    await (await open()).close();
    await server.raw.hset(META, 'schema', '9');
    await expect(open()).rejects.toMatchObject({
      code: 'StoreNewer',
      message: `${server.url}/0: it is of version 9; this Porchlight knows versions up to 2`,
    });
    expect(await server.raw.hgetall(META)).toMatchObject({ schema: '9', partitions: '16' });
  });

  it('has 16 partitions unless it is told another number, which stays', async () => {
    const store = await open();
    expect(store.partitions).toBe(16);
    await store.close();
    await server.flush();
    await (await openRedisStore({ url: server.url, partitions: 3 })).close();
    const again = await open();
    expect(again.partitions).toBe(3);
    await again.close();
    await expect(openRedisStore({ url: server.url, partitions: 4 })).rejects.toMatchObject({
      code: 'StoreInUse',
      message: expect.stringContaining(
        "it was made with 3 partitions, which can't be changed to 4; leave their number out",
      ),
    });
    for (const partitions of [0, -1, 1.5, 5000, Number.NaN]) {
      await expect(openRedisStore({ url: server.url, partitions })).rejects.toThrow(TypeError);
    }
  });

  it('is made once by those who come at once, and is the same for all', async () => {
    const stores = await Promise.all(
      [3, 3, undefined].map((partitions) =>
        openRedisStore({ url: server.url, ...(partitions && { partitions }) }).catch(
          () => undefined,
        ),
      ),
    );
    const counts = new Set(stores.flatMap((store) => (store ? [store.partitions] : [])));
    expect(counts.size).toBe(1);
    await Promise.all(stores.map((store) => store?.close()));
  });

  it('is over for those who find that another store was made there', async () => {
    const store = await openRedisStore({ url: server.url, partitions: 3 });
    await server.flush();
    await server.raw.hset(META, { format: 'porchlight', schema: 1, partitions: 5 });
    await expect
      .poll(() => store.health(), { timeout: 5000 })
      .toMatchObject({ writable: false, reason: expect.stringContaining('with 5 partitions') });
    await store.close();
  });

  it('is refused where something else has our names', async () => {
    for (const plant of [
      () => server.raw.set(META, 'ours'),
      () => server.raw.hset(META, 'format', 'something else'),
      () => server.raw.sadd(META, 'a', 'b'),
      () => server.raw.hset(META, { format: 'porchlight', schema: 1, partitions: 'many' }),
    ]) {
      await server.flush();
      await plant();
      await expect(open()).rejects.toMatchObject({ code: 'StoreDamaged' });
    }
  });

  it('is refused on what is left of a store that lost its own entry', async () => {
    const store = await openRedisStore({ url: server.url, partitions: 1 });
    await tell(store, user(1), START_MS, setPresence(BUSY));
    await store.close();
    await server.raw.del(META);
    await expect(open()).rejects.toMatchObject({ code: 'StoreDamaged' });
    expect(await server.raw.exists(META, partitionKeys(0).users)).toBe(1);
  });

  it('goes by the side of what others have in the same database', async () => {
    await server.raw.set('someone:else', 'theirs');
    await (await open()).close();
    expect(await server.raw.get('someone:else')).toBe('theirs');
  });

  it('keeps stores in two databases of one Redis apart', async () => {
    const stores = await Promise.all(
      [0, 1].map((db) => openRedisStore({ url: `${server.url}/${db}` })),
    );
    await Promise.all(stores.map((store) => store.close()));
  });

  it('is refused where nobody listens, and names the address', async () => {
    const port = await freePort();
    await expect(openRedisStore({ url: `redis://127.0.0.1:${port}` })).rejects.toMatchObject({
      code: 'StoreUnreachable',
      message: expect.stringMatching(`^redis://127.0.0.1:${port}/0: .*ECONNREFUSED`),
    });
  });

  it('is given up in time where nothing answers', async () => {
    server.pause();
    try {
      const url = server.url;
      await expect(openRedisStore({ url, timeoutMs: 300 })).rejects.toMatchObject({
        code: 'StoreUnreachable',
      });
    } finally {
      server.resume();
    }
  });
});

describe('a Redis that asks for a password', () => {
  const password = 'p@ss/word';
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis({ settings: { requirepass: password } });
  });
  afterAll(() => server.stop());

  const open = (credentials: string) =>
    openRedisStore({ url: `redis://${credentials}127.0.0.1:${server.port}` });

  it('lets those in who have it, as a password alone or with the user', async () => {
    const encoded = encodeURIComponent(password);
    await (await open(`:${encoded}@`)).close();
    await (await open(`default:${encoded}@`)).close();
  });

  it('refuses the others, who are told why and never what they said', async () => {
    for (const credentials of ['', ':wrong-secret@', 'nobody:wrong-secret@']) {
      const error = await open(credentials).catch((each: Error) => each);
      expect(error).toMatchObject({ code: 'StoreUnreachable' });
      expect(String(error)).toMatch(/NOAUTH|WRONGPASS/);
      expect(String(error)).not.toContain('wrong-secret');
    }
  });
});
