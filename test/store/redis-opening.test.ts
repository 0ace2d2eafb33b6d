import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BUSY } from '../../src/engine/pair.ts';
import { readAddress } from '../../src/store/redis/address.ts';
import { durabilityOf } from '../../src/store/redis/durability.ts';
import { FEED, META } from '../../src/store/redis/keys.ts';
import { openRedisStore } from '../../src/store/redis/open.ts';
import { checkServer, readInfo } from '../../src/store/redis/server-info.ts';
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
    expect(store.durability).toEqual({
      isKept: false,
      text: 'appendonly no, no snapshots: all is lost when Redis ends',
    });
    await store.close();
  });

  it('works for a user who may use our keys alone and see no settings', async () => {
    const rights = ['on', '>secret', '~porchlight:*', '+@all', '-config'];
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
      message: `${server.url}/0: it is of version 9; this Porchlight knows versions up to 1`,
    });
    expect(await server.raw.exists('porchlight:{0}:lease')).toBe(0);
  });

  it('is refused on a store that was made for more partitions', async () => {
    await (await open()).close();
    await server.raw.hset(META, 'partitions', '16');
    await expect(open()).rejects.toMatchObject({
      code: 'StoreNewer',
      message: expect.stringContaining('16 partitions'),
    });
  });

  it('is refused where something else has our names', async () => {
    for (const plant of [
      () => server.raw.set(META, 'ours'),
      () => server.raw.hset(META, 'format', 'something else'),
      () => server.raw.sadd(META, 'a', 'b'),
    ]) {
      await server.flush();
      await plant();
      await expect(open()).rejects.toMatchObject({ code: 'StoreDamaged' });
    }
  });

  it('is refused on what is left of a store that lost its own entry', async () => {
    const store = await open();
    await tell(store, user(1), START_MS, setPresence(BUSY));
    await store.close();
    await server.raw.del(META);
    await expect(open()).rejects.toMatchObject({ code: 'StoreDamaged' });
    expect(await server.raw.exists(META, FEED)).toBe(1);
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

describe('the address of a Redis', () => {
  it('has defaults, and a name without credentials', () => {
    expect(readAddress('rediss://me:p%40ss@cache.example/3')).toEqual({
      host: 'cache.example',
      port: 6379,
      db: 3,
      username: 'me',
      password: 'p@ss',
      isSecure: true,
      name: 'rediss://cache.example:6379/3',
    });
    expect(readAddress('redis://[::1]:7000')).toMatchObject({
      host: '::1',
      name: 'redis://[::1]:7000/0',
    });
  });

  it('is refused where it says what is not known, without repeating it', () => {
    for (const rest of ['', 'host/x', 'host?family=6', 'host#1', ':secret%zz@host', 'host/1/2']) {
      expect(() => readAddress(`redis://${rest}`)).toThrow(/^store: its address must be redis:/);
    }
    expect(() => readAddress('http://host')).toThrow('its address must be');
  });
});

describe('what a server says of itself', () => {
  const info = (changed: Readonly<Record<string, string>>) => {
    const all = { redis_version: '7.0.15', redis_mode: 'standalone', role: 'master', ...changed };
    const lines = Object.entries(all).map(([name, value]) => `${name}:${value}`);
    return readInfo(['# Server', ...lines, ''].join('\r\n'));
  };

  it('is fine from Redis 7.0 on', () => {
    for (const version of ['7.0.0', '7.2.4', '8.2.1', '10.0.0']) {
      expect(() => checkServer('it', info({ redis_version: version }))).not.toThrow();
    }
  });

  it('is refused where it can keep no store', () => {
    for (const [changed, reason] of [
      [{ redis_version: '6.2.14' }, 'it is Redis 6.2.14; Porchlight needs 7.0 or newer'],
      [{ redis_version: '' }, 'Porchlight needs 7.0 or newer'],
      [{ redis_mode: 'cluster' }, 'it runs as cluster'],
      [{ redis_mode: 'sentinel' }, 'it runs as sentinel'],
      [{ role: 'slave' }, 'it is a replica'],
    ] as const) {
      expect(() => checkServer('it', info(changed))).toThrow(reason);
    }
  });

  it('means more or less for what it confirmed', () => {
    const settings = (appendonly: string, appendfsync: string, save: string) =>
      new Map(Object.entries({ appendonly, appendfsync, save }));
    const of = (settings: ReadonlyMap<string, string>, maxmemory = '0', policy = 'allkeys-lru') =>
      durabilityOf(settings, info({ maxmemory, maxmemory_policy: policy }));
    expect(of(settings('yes', 'always', ''))).toEqual({
      isKept: true,
      text: 'appendonly yes, appendfsync always: acknowledged writes survive a crash of the machine',
    });
    expect(of(settings('yes', 'everysec', ''))).toEqual({
      isKept: false,
      text: 'appendonly yes, appendfsync everysec: up to a second of acknowledged writes may be lost with the machine',
    });
    expect(of(settings('yes', 'no', '')).text).toContain('half a minute and more may be lost');
    expect(of(settings('no', 'always', '3600 1')).text).toContain('since the last snapshot');
    expect(of(new Map([['appendonly', 'yes']])).text).toContain('appendfsync unknown');
    const evicting = of(settings('yes', 'always', ''), '1000000');
    expect(evicting.isKept).toBe(false);
    expect(evicting.text).toContain('presence may be thrown away');
    expect(of(settings('yes', 'always', ''), '1000000', 'noeviction').isKept).toBe(true);
  });
});
