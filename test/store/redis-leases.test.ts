import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LeaseLost, StoreUnavailable } from '../../src/store/errors.ts';
import { openRedisStore } from '../../src/store/redis/open.ts';
import type { Lease, PresenceStore } from '../../src/store/store.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { edit } from './document-contract.ts';
import { leaseContract } from './lease-contract.ts';

const LEASE_MS = 300;

leaseContract('Redis', async () => {
  await server.flush();
  const options = { url: server.url, leaseMs: LEASE_MS, partitions: 4 };
  const [first, second] = [await openRedisStore(options), await openRedisStore(options)];
  return {
    first,
    second,
    // By Redis' clock, which nobody can move.
    passLease: () => new Promise((resolve) => setTimeout(resolve, LEASE_MS + 20)),
    async close() {
      await Promise.all([first.close(), second.close()]);
    },
  };
});

let server: RedisServer;
let one: PresenceStore;
let other: PresenceStore;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.flush();
  const options = { url: server.url, leaseMs: LEASE_MS, partitions: 4 };
  one = await openRedisStore(options);
  other = await openRedisStore(options);
});
afterEach(async () => {
  await Promise.all([one.close(), other.close()]);
});

async function taken(store: PresenceStore, partition = 0): Promise<Lease> {
  const lease = await store.leases.take(partition);
  if (lease === undefined) throw new Error(`another server has partition ${partition}`);
  return lease;
}

describe('a lease', () => {
  it('is had by one server at a time, and each taking has a greater fence', async () => {
    const first = await taken(one);
    expect(first.partition).toBe(0);
    expect(await other.leases.take(0)).toBeUndefined();
    await one.leases.release(first);
    const second = await taken(other);
    expect(second.fence).toBeGreaterThan(first.fence);
    expect(await one.leases.take(0)).toBeUndefined();
    const again = await taken(other);
    expect(again.fence).toBeGreaterThan(second.fence);
  });

  it('of one partition says nothing of another', async () => {
    await taken(one, 1);
    await taken(other, 2);
    expect(await other.leases.take(1)).toBeUndefined();
  });

  it('goes to exactly one of those who try at once', async () => {
    const tried = await Promise.all([one, other, one, other].map(({ leases }) => leases.take(3)));
    const fences = tried.flatMap((lease) => (lease === undefined ? [] : [lease.fence]));
    // Who has it may take it again.
    expect([1, 2]).toContain(fences.length);
    expect(new Set(fences).size).toBe(fences.length);
  });

  it('holds as long as it is renewed, and is taken by another soon after it is not', async () => {
    const lease = await taken(one);
    const end = performance.now() + 2 * LEASE_MS;
    while (performance.now() < end) {
      expect(await one.leases.renew([lease])).toEqual([lease]);
      expect(await other.leases.take(0)).toBeUndefined();
    }
    await expect.poll(() => other.leases.take(0), { timeout: 5 * LEASE_MS }).toBeDefined();
    expect(await one.leases.renew([lease])).toEqual([]);
  });

  it('is renewed with others, each for itself', async () => {
    const leases = [await taken(one, 0), await taken(one, 1), await taken(one, 2)] as const;
    await one.leases.release(leases[1]);
    const newer = await taken(one, 2);
    expect(await one.leases.renew(leases)).toEqual([leases[0]]);
    expect(await one.leases.renew([newer])).toEqual([newer]);
    expect(await one.leases.renew([])).toEqual([]);
  });

  it('is not let go of by one who had it before', async () => {
    const first = await taken(one);
    const second = await taken(one);
    await one.leases.release(first);
    expect(await other.leases.take(0)).toBeUndefined();
    await one.leases.release(second);
    expect(await other.leases.take(0)).toBeDefined();
  });

  it('lets its holder write documents, and nobody who had it before', async () => {
    const stale = await taken(one, 2);
    const documents = one.documentsOf(2);
    await documents.write([edit('a', '1')], stale);
    await one.leases.release(stale);
    await expect(documents.write([edit('a', '2')], stale)).rejects.toThrow(LeaseLost);
    const lease = await taken(other, 2);
    const late = documents.write([edit('a', '3')], stale);
    await expect(late).rejects.toMatchObject({ code: 'LeaseLost', partition: 2 });
    await expect(documents.write([], stale)).rejects.toThrow(LeaseLost);
    await other.documentsOf(2).write([edit('b', '1')], lease);
    expect([...(await documents.all('things'))]).toEqual([
      ['a', '1'],
      ['b', '1'],
    ]);
  });

  it('is let go of by a server that closes', async () => {
    await taken(one);
    await one.close();
    await taken(other);
    await expect(one.leases.take(0)).rejects.toThrow(StoreUnavailable);
  });
});

describe('the servers that are there', () => {
  it('are known to each other until they go, or are silent for as long as a lease holds', async () => {
    expect(one.leases.self).not.toBe(other.leases.self);
    const both = [one.leases.self, other.leases.self].toSorted();
    expect(await one.leases.attend()).toEqual([one.leases.self]);
    expect(await other.leases.attend()).toEqual(both);
    expect(await one.leases.attend()).toEqual(both);
    await one.leases.leave();
    expect(await other.leases.attend()).toEqual([other.leases.self]);
    await one.leases.attend();
    await expect
      .poll(() => other.leases.attend(), { timeout: 5 * LEASE_MS })
      .toEqual([other.leases.self]);
  });
});
