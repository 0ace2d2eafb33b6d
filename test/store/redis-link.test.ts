import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { readAddress } from '../../src/store/redis/address.ts';
import { type Claim, mapOf } from '../../src/store/redis/cluster-map.ts';
import { slotOf } from '../../src/store/redis/key-slot.ts';
import { type Link, openLink } from '../../src/store/redis/link.ts';
import { startFaultProxy } from '../fault-proxy.ts';
import { startRedisCluster } from '../redis-cluster.ts';
import { freePort, type RedisServer, startRedis } from '../redis-server.ts';
import { until } from '../until.ts';
import { ADD, LENGTH, PUSH, TELL } from './redis-scripts.ts';

const KEY = 'porchlight:{0}:list';
const CHANNEL = 'porchlight:{0}:changed';
const TIMEOUT_MS = 1000;

const open = (url: string, timeoutMs = TIMEOUT_MS) => openLink(readAddress(url), { timeoutMs });

/** What a call was refused with, and after how long. */
async function refusal(call: Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const begin = performance.now();
  const error = await call.then(
    () => 'nothing',
    (each: unknown) => each,
  );
  return { error, ms: performance.now() - begin };
}

describe('a link to one server', () => {
  let server: RedisServer;
  let link: Link;

  beforeEach(async () => {
    server = await startRedis();
    link = await open(server.url);
  });
  afterEach(async () => {
    server.resume();
    await link.close();
    await server.stop();
  });

  it('asks and runs scripts, also those that Redis was not told of', async () => {
    expect(await link.run(PUSH, [KEY], ['a'])).toBe(1);
    expect(await link.run(PUSH, [KEY], ['b'], { confirm: true })).toBe(2);
    await server.raw.script('FLUSH');
    expect(await link.run(PUSH, [KEY], ['c'])).toBe(3);
    expect(await link.run(LENGTH, [KEY], [])).toBe(3);
    expect(await link.ask(KEY, 'LRANGE', [KEY, 0, 0])).toEqual([Buffer.from('a')]);
    const name = `127.0.0.1:${server.port}`;
    expect(await link.askAll('LLEN', [KEY])).toEqual([{ server: name, reply: 3 }]);
  });

  it('tells a refusal from a call that may have been done', async () => {
    await server.raw.set(KEY, 'text');
    const { error } = await refusal(link.run(PUSH, [KEY], ['a']));
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error).toMatchObject({
      mayBeKept: false,
      message: expect.stringContaining('WRONGTYPE'),
    });
  });

  it('gives up in time where nothing comes back, and is there again when something does', async () => {
    server.pause();
    const calls = [
      refusal(link.run(PUSH, [KEY], ['a'])),
      refusal(link.run(ADD, ['{0}'], ['a'], { onResend: () => {} })),
      refusal(link.run(LENGTH, [KEY], [])),
      refusal(link.ask(KEY, 'LLEN', [KEY])),
    ];
    const refusals = await Promise.all(calls);
    expect(refusals.map(({ error }) => error)).toEqual(
      [true, true, false, false].map((mayBeKept) =>
        expect.objectContaining({
          code: 'StoreUnavailable',
          message: `${link.name}: no answer in time`,
          mayBeKept,
        }),
      ),
    );
    for (const { ms } of refusals) expect(ms).toBeLessThan(1.5 * TIMEOUT_MS);
    server.resume();
    await until(async () => (await link.run(ADD, ['{1}'], ['a'])) !== undefined);
  });

  it('queues nothing while the server is away, and says when it is back', async () => {
    let backs = 0;
    link.onBack(() => backs++);
    await server.kill();
    const said = async () => String((await refusal(link.run(ADD, [KEY], ['a']))).error);
    await until(async () => (await said()).includes('not connected'));
    const { error, ms } = await refusal(link.run(ADD, [KEY], ['a'], { onResend: () => {} }));
    expect(error).toMatchObject({
      mayBeKept: false,
      message: expect.stringContaining('not connected'),
    });
    expect(ms).toBeLessThan(1000);
    expect(backs).toBe(0);
    await server.start();
    await until(() => backs === 1);
    expect(await link.run(ADD, [KEY], ['a'])).toBe(1);
  });

  it('sends again what may be sent twice when the connection breaks, and nothing else', async () => {
    // The server has read what it is told, and the connections break before it says anything.
    await server.raw.client('PAUSE', 300, 'WRITE');
    let resends = 0;
    const twice = link.run(ADD, [KEY], ['a'], { onResend: () => resends++ });
    const once = refusal(link.run(PUSH, ['{0}other'], ['a']));
    await until(async () => Number(/blocked_clients:(\d+)/.exec(await server.raw.info())?.[1]) > 0);
    await server.raw.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    expect((await once).error).toMatchObject({
      mayBeKept: true,
      message: `${link.name}: the connection broke`,
    });
    expect(await twice).toBe(1);
    expect(resends).toBe(1);
  });

  it('makes a connection anew on which nothing comes through, though nobody closed it', async () => {
    const proxy = await startFaultProxy(server.port);
    const through = await open(`redis://127.0.0.1:${proxy.port}`);
    proxy.freeze();
    const { error } = await refusal(through.run(ADD, [KEY], ['a']));
    expect(error).toMatchObject({ mayBeKept: true });
    await until(async () => (await through.run(ADD, [KEY], ['a'])) === 1);
    await through.close();
    await proxy.close();
  });

  it('hears messages, and hears them again after the server was away', async () => {
    const heard: string[] = [];
    await link.listen([CHANNEL], (channel) => heard.push(channel));
    await link.run(TELL, [CHANNEL], []);
    await until(() => heard.length === 1);
    expect(heard).toEqual([CHANNEL]);
    await server.kill();
    await server.start();
    await until(async () => {
      await link.run(TELL, [CHANNEL], []);
      return heard.length > 1;
    });
  });

  it('says when it may not listen', async () => {
    const rights = ['on', '>secret', '~porchlight:*', '+@all', 'resetchannels'];
    await server.raw.call('ACL', 'SETUSER', 'deaf', ...rights);
    const deaf = await open(`redis://deaf:secret@127.0.0.1:${server.port}`, 300);
    await expect(deaf.listen([CHANNEL], () => {})).rejects.toMatchObject({
      code: 'StoreUnavailable',
      message: expect.stringContaining('NOPERM'),
    });
    await deaf.close();
  });

  it('does not count a server as there that has become a replica', async () => {
    await link.run(ADD, [KEY], ['a']);
    await server.raw.replicaof('127.0.0.1', 1);
    await refusal(link.run(ADD, [KEY], ['b']));
    const said = async () => String((await refusal(link.run(ADD, [KEY], ['b']))).error);
    await until(async () => (await said()).includes('not connected: it is a replica'));
    await server.raw.replicaof('NO', 'ONE');
    await until(async () => (await link.run(ADD, [KEY], ['b'])) === 1);
  });
});

describe('a link with a replica', () => {
  it('confirms what the replica has, and says in time when it does not', async () => {
    const primary = await startRedis({ settings: { 'repl-diskless-sync-delay': '0' } });
    const replica = await startRedis({ settings: { replicaof: `127.0.0.1 ${primary.port}` } });
    const timeoutMs = 600;
    const link = await open(`${primary.url}?durability=available`, timeoutMs);
    try {
      const confirmed = (value: string) =>
        link.run(ADD, [KEY], [value], { confirm: true, onResend: () => {} });
      // It is listed as online before it has read what it was sent.
      await until(async () => {
        await primary.raw.set('ready', '');
        return (await primary.raw.wait(1, 100)) === 1;
      });
      // On a machine with much to do the replica may take longer than a write waits for it.
      await until(async () => (await confirmed('a')) !== undefined);
      expect(await replica.raw.smembers(KEY)).toEqual(['a']);

      replica.pause();
      const { error, ms } = await refusal(confirmed('b'));
      expect(error).toMatchObject({
        mayBeKept: true,
        message: `${link.name}: it was written, but 0 of 1 replicas confirmed it`,
      });
      expect(ms).toBeLessThan(3 * timeoutMs);
      // It writes nothing, and still waits for what it found, which no replica has.
      const found = await refusal(confirmed('b'));
      expect(found.error).toMatchObject({ mayBeKept: true });
      // Nor is a script confirmed that Redis has to be told first.
      await primary.raw.script('FLUSH');
      expect((await refusal(confirmed('c'))).error).toMatchObject({ mayBeKept: true });
      // Reads don't wait behind it.
      const blocked = refusal(confirmed('d'));
      let isOver = false;
      const over = blocked.finally(() => {
        isOver = true;
      });
      await link.ask(KEY, 'SCARD', [KEY]);
      expect(isOver).toBe(false);
      await over;

      replica.resume();
      await until(async () => (await confirmed('e')) !== undefined);
      expect(await replica.raw.sismember(KEY, 'e')).toBe(1);
    } finally {
      replica.resume();
      await link.close();
      await Promise.all([primary.stop(), replica.stop()]);
    }
  });
});

describe('the map of a cluster', () => {
  it('goes by the latest claim to a slot, in whatever order they are heard', () => {
    const [old, promoted, other] = [1, 2, 3].map((port) => ({ host: 'host', port }));
    const claims = [
      { from: 0, to: 100, server: old, epoch: 1 },
      { from: 0, to: 100, server: promoted, epoch: 7 },
      { from: 101, to: 16_000, server: other, epoch: 3 },
    ] as Claim[];
    for (const heard of [claims, claims.toReversed()]) {
      const map = mapOf(heard);
      expect(map.primaries).toEqual([promoted, other]);
      expect([0, 100, 101, 16_001].map((slot) => map.ownerOf(slot)?.port)).toEqual([
        2,
        2,
        3,
        undefined,
      ]);
    }
  });
});

describe('opening a link', () => {
  it('is refused where nobody listens or answers, or the password is wrong', async () => {
    const port = await freePort();
    await expect(open(`redis://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'StoreUnreachable',
      message: `redis://127.0.0.1:${port}/0: connect ECONNREFUSED 127.0.0.1:${port}`,
    });
    const server = await startRedis({ settings: { requirepass: 'secret' } });
    try {
      await expect(open(server.url)).rejects.toThrow('NOAUTH');
      const wrong = await open(`redis://:wrong-secret@127.0.0.1:${server.port}`).catch(String);
      expect(wrong).toContain('WRONGPASS');
      expect(wrong).not.toContain('wrong-secret');
      server.pause();
      await expect(open(server.url, 300)).rejects.toThrow('no answer in time');
    } finally {
      server.resume();
      await server.stop();
    }
  });

  it('is refused with a hint where the address has the form for something else', async () => {
    const [cluster, server] = await Promise.all([startRedisCluster({ masters: 1 }), startRedis()]);
    try {
      const [member] = cluster.servers;
      await expect(open(`redis://127.0.0.1:${member?.port}`)).rejects.toThrow(
        'it runs as cluster, and is addressed as redis+cluster://HOST:PORT',
      );
      await expect(open(`redis+cluster://127.0.0.1:${server.port}`, 300)).rejects.toThrow(
        `127.0.0.1:${server.port}: it is not part of a cluster, and is addressed as redis://HOST`,
      );
      await expect(open(`redis+sentinel://127.0.0.1:${server.port}/it`, 300)).rejects.toThrow(
        `127.0.0.1:${server.port}: it is no sentinel`,
      );
      await server.raw.replicaof('127.0.0.1', 1);
      await expect(open(server.url)).rejects.toThrow('it is a replica, which takes no writes');
      for (const key of ['a', '{', '{}x', 'a{b}c', 'a{{b}}c', 'porchlight:{12}:feed']) {
        expect(slotOf(key)).toBe(await member?.raw.cluster('KEYSLOT', key));
      }
    } finally {
      await Promise.all([cluster.stop(), server.stop()]);
    }
  });
});
