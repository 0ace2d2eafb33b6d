import type { Lease, Leases } from '../store.ts';
import { LEASE_MS } from './lease-desk.ts';
import type { Line } from './line.ts';

/**
 * The leases of a process that shares the file. The desk says who has one; its fence goes into the file
 * before anybody hears of it, so that a write under an older one is refused in its transaction, however
 * long its process had stood still.
 *
 * @param parts.putFence keeps a fence in the file, unless a greater one is there: whether it did
 */
export function sharedLeases(
  line: Line,
  parts: { putFence(fence: number): Promise<boolean>; released(fence: number): void },
): Leases {
  return {
    self: line.self,
    leaseMs: LEASE_MS,
    attend: () => line.ask('attend'),

    async take(partition) {
      const fence = await line.ask('take');
      if (fence === undefined || !(await parts.putFence(fence))) return undefined;
      return { partition, fence };
    },

    async renew(leases) {
      const isOurs = await Promise.all(leases.map(({ fence }) => line.ask('renew', fence)));
      return leases.filter((_, at): _ is Lease => isOurs[at] === true);
    },

    async release({ fence }) {
      parts.released(fence);
      await line.ask('release', fence);
    },

    leave: () => line.ask('leave'),
  };
}
