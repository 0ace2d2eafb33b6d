import { describe, expect, it } from 'vitest';
import { type Address, readAddress } from '../../src/store/redis/address.ts';

const DEFAULTS = {
  db: 0,
  username: undefined,
  password: undefined,
  isSecure: false,
  partitions: undefined,
};

describe('the address of a Redis', () => {
  it('names one server, with defaults, and has a name without credentials', () => {
    expect(readAddress('redis://cache.example')).toEqual({
      ...DEFAULTS,
      kind: 'standalone',
      servers: [{ host: 'cache.example', port: 6379 }],
      durability: 'primary',
      replicas: 0,
      name: 'redis://cache.example:6379/0',
    });
    expect(readAddress('rediss://me:p%40ss@cache.example/3')).toMatchObject({
      db: 3,
      username: 'me',
      password: 'p@ss',
      isSecure: true,
      name: 'rediss://cache.example:6379/3',
    });
    expect(readAddress('redis://[::1]:7000')).toMatchObject({
      servers: [{ host: '::1', port: 7000 }],
      name: 'redis://[::1]:7000/0',
    });
  });

  it('names sentinels and what they call the primary', () => {
    const url =
      'rediss+sentinel://:secret@one,two:7000/presence/2?sentinelUser=me&sentinelPassword=p%26ss';
    expect(readAddress(url)).toEqual({
      ...DEFAULTS,
      kind: 'sentinel',
      servers: [
        { host: 'one', port: 26379 },
        { host: 'two', port: 7000 },
      ],
      primary: 'presence',
      db: 2,
      password: 'secret',
      isSecure: true,
      sentinelUser: 'me',
      sentinelPassword: 'p&ss',
      durability: 'available',
      replicas: 1,
      name: 'rediss+sentinel://one:26379,two:7000/presence/2',
    });
  });

  it('names some servers of a cluster', () => {
    expect(readAddress('redis+cluster://me:secret@one:7000,[fe80::1]')).toEqual({
      ...DEFAULTS,
      kind: 'cluster',
      servers: [
        { host: 'one', port: 7000 },
        { host: 'fe80::1', port: 6379 },
      ],
      username: 'me',
      password: 'secret',
      durability: 'available',
      replicas: 1,
      name: 'redis+cluster://one:7000,[fe80::1]:6379',
    });
  });

  it('says which servers must have a write, and into how many partitions a new store is divided', () => {
    const of = (query: string): Partial<Address> => {
      const { durability, replicas, partitions } = readAddress(`redis+cluster://host?${query}`);
      return { durability, replicas, partitions };
    };
    expect(of('durability=primary')).toMatchObject({ durability: 'primary', replicas: 0 });
    expect(of('durability=available')).toMatchObject({ durability: 'available', replicas: 1 });
    expect(of('durability=strict&replicas=2')).toMatchObject({ durability: 'strict', replicas: 2 });
    expect(of('partitions=4096')).toMatchObject({ partitions: 4096 });
  });

  it('is refused where it says what is not known, without repeating what may be a password', () => {
    for (const [url, reason] of [
      ['redis://', 'its address must be redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]'],
      ['redis://host/x', 'its address must be redis://'],
      ['redis://host#secret', 'its address must be redis://'],
      ['redis://:secret%zz@host', 'its address must be redis://'],
      ['redis://host/1/2', 'its address must be redis://'],
      ['redis://host:secret', 'its address must be redis://'],
      ['redis://one,two', 'its address must be redis://'],
      ['redis+other://host', 'its address must be redis://'],
      ['http://host', 'its address must be redis://'],
      ['redis+sentinel://host', 'its address must be redis+sentinel://'],
      ['redis+sentinel://host,/it', 'its address must be redis+sentinel://'],
      ['redis+cluster://host/1', 'its address must be redis+cluster://'],
      ['redis+cluster://host:70000', 'its address must be redis+cluster://'],
      ['redis://host?family=secret', "its address knows no 'family', but durability, replicas"],
      ['redis://host?sentinelUser=secret', "its address knows no 'sentinelUser'"],
      ['redis://host?partitions=1&partitions=2', 'its address says partitions twice'],
      [
        'redis://host?partitions=0',
        'partitions in its address must be a whole number from 1 to 4096',
      ],
      ['redis://host?partitions=4097', 'partitions in its address must be'],
      ['redis://host?durability=secret', 'durability in its address must be primary, available or'],
      ['redis://host?durability=strict', 'durability=strict needs replicas=N in its address'],
      ['redis://host?replicas=1', 'replicas=N in its address goes with durability=strict'],
      [
        'redis://host?durability=strict&replicas=x',
        'replicas in its address must be a whole number',
      ],
    ] as const) {
      const error = String(thrownBy(() => readAddress(url)));
      expect(error, url).toContain(`store: ${reason}`);
      expect(error, url).not.toContain('secret');
    }
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}
