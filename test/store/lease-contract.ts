import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LeaseLost } from '../../src/store/errors.ts';
import type { Lease, PresenceStore } from '../../src/store/store.ts';

/** What of a store its leases are about. */
export type LeasingStore = Pick<PresenceStore, 'leases' | 'documentsOf'>;

/** Two servers on the same, new and empty data. */
export interface TwoServers {
  readonly first: LeasingStore;
  readonly second: LeasingStore;
  /** Lets as much time pass as a lease holds, and a little more, without any renewal. */
  passLease(): Promise<void>;
  close(): Promise<void>;
}

/** What the leases of every store do that several servers can share. */
export function leaseContract(name: string, open: () => Promise<TwoServers>): void {
  describe(`leases of the ${name} store`, () => {
    let servers: TwoServers;
    let first: LeasingStore;
    let second: LeasingStore;

    beforeEach(async () => {
      servers = await open();
      ({ first, second } = servers);
    });
    afterEach(() => servers.close());

    const taken = async ({ leases }: LeasingStore, partition = 0): Promise<Lease> => {
      const lease = await leases.take(partition);
      if (lease === undefined) throw new Error(`partition ${partition} is held`);
      expect(lease.partition).toBe(partition);
      return lease;
    };
    const both = () => [first.leases.self, second.leases.self].sort();

    it('know those who said that they are there, in the order of their names', async () => {
      expect(first.leases.self).not.toBe(second.leases.self);
      expect(await first.leases.attend()).toEqual([first.leases.self]);
      expect(await second.leases.attend()).toEqual(both());
      expect(await first.leases.attend()).toEqual(both());
    });

    it('forget those who were not heard of for a lease', async () => {
      await first.leases.attend();
      await servers.passLease();
      expect(await second.leases.attend()).toEqual([second.leases.self]);
      expect(await first.leases.attend()).toEqual(both());
    });

    it('forget those who left, until they are there again', async () => {
      await first.leases.attend();
      await second.leases.attend();
      await first.leases.leave();
      await first.leases.leave();
      expect(await second.leases.attend()).toEqual([second.leases.self]);
      expect(await first.leases.attend()).toEqual(both());
    });

    it('stay with whom they were given to', async () => {
      await taken(first);
      expect(await second.leases.take(0)).toBeUndefined();
    });

    it('of many who ask at once go to one', async () => {
      for (let round = 0; round < 20; round++) {
        const asked = await Promise.all([first.leases.take(0), second.leases.take(0)]);
        const given = asked.filter((lease) => lease !== undefined);
        expect(given).toHaveLength(1);
        for (const lease of given) {
          await first.leases.release(lease);
          await second.leases.release(lease);
        }
      }
    });

    it('have a greater fence each time they are taken, whoever takes them', async () => {
      const leases = [await taken(first)];
      leases.push(await taken(first));
      await first.leases.release(leases.at(-1) as Lease);
      leases.push(await taken(first));
      await first.leases.release(leases.at(-1) as Lease);
      leases.push(await taken(second));
      await servers.passLease();
      leases.push(await taken(first));
      await servers.passLease();
      leases.push(await taken(first));
      const fences = leases.map(({ fence }) => fence);
      expect(fences.every(Number.isSafeInteger)).toBe(true);
      expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b));
    });

    it('are free when they are let go of', async () => {
      await first.leases.release(await taken(first));
      await taken(second);
      expect(await first.leases.take(0)).toBeUndefined();
    });

    it('are let go of by nobody but their holder, and by no older fence', async () => {
      const before = await taken(first);
      const now = await taken(first);
      await first.leases.release(before);
      await second.leases.release(now);
      expect(await second.leases.take(0)).toBeUndefined();
      expect(await first.leases.renew([now])).toEqual([now]);
    });

    it('run out, and are another’s then', async () => {
      const before = await taken(first);
      await servers.passLease();
      const now = await taken(second);
      expect(await first.leases.renew([before])).toEqual([]);
      await first.leases.release(before);
      expect(await second.leases.renew([now])).toEqual([now]);
      expect(await first.leases.take(0)).toBeUndefined();
    });

    it('that ran out are not renewed, and anybody may take them', async () => {
      const lease = await taken(first);
      await servers.passLease();
      expect(await first.leases.renew([lease])).toEqual([]);
      await taken(second);
    });

    it('are renewed only as far as they are still ours', async () => {
      expect(await first.leases.renew([])).toEqual([]);
      const before = await taken(first);
      const now = await taken(first);
      expect(await first.leases.renew([before, now])).toEqual([now]);
      expect(await second.leases.renew([now])).toEqual([]);
      await first.leases.release(now);
      expect(await first.leases.renew([now])).toEqual([]);
      await taken(second);
    });

    it('of one who left stay his until they are let go of', async () => {
      const lease = await taken(first);
      await first.leases.leave();
      expect(await second.leases.take(0)).toBeUndefined();
      expect(await first.leases.renew([lease])).toEqual([lease]);
      await first.leases.release(lease);
      await taken(second);
    });

    it('guard what is written under them: nothing under an older fence is kept', async () => {
      const edit = (text: string) => [{ collection: 'things', id: '1', text }];
      const write = (store: LeasingStore, text: string, lease: Lease) =>
        store.documentsOf(0).write(edit(text), lease);
      const before = await taken(first);
      await write(first, 'before', before);
      await servers.passLease();
      const now = await taken(second);
      await expect(write(first, 'late', before)).rejects.toThrow(LeaseLost);
      expect(await second.documentsOf(0).all('things')).toEqual(new Map([['1', 'before']]));
      await write(second, 'now', now);
      const again = await taken(second);
      await expect(write(second, 'late', now)).rejects.toThrow(LeaseLost);
      await write(second, 'again', again);
      await second.leases.release(again);
      await expect(write(second, 'late', again)).rejects.toThrow(LeaseLost);
      expect(await first.documentsOf(0).all('things')).toEqual(new Map([['1', 'again']]));
    });
  });
}
