import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Address, readAddress } from '../../src/store/redis/address.ts';
import { askDurability, keepingOf, replicationOf } from '../../src/store/redis/durability.ts';
import { openLink } from '../../src/store/redis/link.ts';
import { complaintAbout, readInfo } from '../../src/store/redis/server-info.ts';
import { type RedisCluster, startRedisCluster } from '../redis-cluster.ts';

const info = (changed: Readonly<Record<string, string>>) => {
  const all = { redis_version: '7.0.15', redis_mode: 'standalone', role: 'master', ...changed };
  const lines = Object.entries(all).map(([name, value]) => `${name}:${value}`);
  return readInfo(['# Server', ...lines, ''].join('\r\n'));
};

describe('what a server says of itself', () => {
  it('is fine from Redis 7.0 on', () => {
    for (const version of ['7.0.0', '7.2.4', '8.2.1', '10.0.0']) {
      expect(complaintAbout(info({ redis_version: version }), 'standalone')).toBeUndefined();
      expect(complaintAbout(info({ redis_version: version }), 'sentinel')).toBeUndefined();
    }
    expect(complaintAbout(info({ redis_mode: 'cluster' }), 'cluster')).toBeUndefined();
  });

  it('is refused where it can keep no store, or is addressed as something else', () => {
    for (const [changed, kind, reason] of [
      [{ redis_version: '6.2.14' }, 'cluster', 'it is Redis 6.2.14; Porchlight needs 7.0 or newer'],
      [{ redis_version: '' }, 'standalone', 'Porchlight needs 7.0 or newer'],
      [{ redis_mode: 'cluster' }, 'standalone', 'addressed as redis+cluster://HOST:PORT'],
      [{ redis_mode: 'cluster' }, 'sentinel', 'it runs as cluster'],
      [{ redis_mode: 'sentinel' }, 'standalone', 'addressed as redis+sentinel://HOST:PORT/NAME'],
      [{}, 'cluster', 'it runs as standalone, and is addressed as redis://HOST:PORT'],
      [{ role: 'slave' }, 'sentinel', 'it is a replica'],
    ] as const) {
      expect(complaintAbout(info(changed), kind)).toContain(reason);
    }
  });
});

describe('what is promised', () => {
  it('is more or less by what Redis writes to disk', () => {
    const settings = (appendonly: string, appendfsync: string, save: string) =>
      new Map(Object.entries({ appendonly, appendfsync, save }));
    const of = (settings: ReadonlyMap<string, string>, maxmemory = '0', policy = 'allkeys-lru') =>
      keepingOf(settings, info({ maxmemory, maxmemory_policy: policy }));
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

  it('is more or less by who has a write when it is confirmed', () => {
    const of = (kind: Address['kind'], durability: Address['durability'], replicas: number) =>
      replicationOf({ kind, durability, replicas }, [
        { server: 'a:1', connected: 1, least: 1, needsAll: false },
      ]);
    expect(of('standalone', 'primary', 0)).toEqual([]);
    expect(of('sentinel', 'primary', 0)).toEqual([
      'durability primary: writes that no replica has yet are lost when one takes over',
    ]);
    expect(of('sentinel', 'available', 1)).toEqual([
      'durability available: a write is confirmed when 1 replica has it too',
    ]);
    expect(of('standalone', 'strict', 2)).toEqual([
      'durability strict: a write is confirmed when 2 replicas have it too',
      'a:1 has 1 replicas now: writes fail until there are 2',
    ]);
  });

  describe('by a cluster', () => {
    let cluster: RedisCluster;
    beforeAll(async () => {
      cluster = await startRedisCluster({ masters: 2, replicas: 0 });
    });
    afterAll(() => cluster.stop());

    it('is what the weakest of its servers promises, and warns of what will go wrong', async () => {
      const [one, other] = cluster.servers;
      await one?.raw.config('SET', 'appendonly', 'yes', 'appendfsync', 'always');
      const address = readAddress(cluster.url);
      const link = await openLink(address, { timeoutMs: 1000 });
      const promised = await askDurability(link, address);
      await link.close();
      expect(promised).toMatchObject({ isKept: false, mode: 'available', replicas: 1 });
      expect(promised.text.split('; ')).toEqual([
        `127.0.0.1:${other?.port}: appendonly no, no snapshots: all is lost when Redis ends`,
        'durability available: a write is confirmed when 1 replica has it too',
        expect.stringContaining('has 0 replicas now: writes fail until there are 1'),
        expect.stringContaining('has 0 replicas now: writes fail until there are 1'),
        expect.stringContaining('min-replicas-to-write 0 (127.0.0.1:'),
        'set 1',
        'cluster-require-full-coverage yes: while one primary is away all others refuse too',
        'set no',
      ]);
    });
  });
});
