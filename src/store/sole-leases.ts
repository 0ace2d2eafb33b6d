import type { Lease, Leases } from './store.ts';

/** The leases of a store that one server has to itself: whatever it takes, it keeps. */
export function soleLeases(self: string): Leases {
  let fence = 0;
  return {
    self,
    leaseMs: Number.POSITIVE_INFINITY,
    attend: async () => [self],
    take: async (partition): Promise<Lease> => ({ partition, fence: ++fence }),
    renew: async (leases) => leases,
    async release() {},
    async leave() {},
  };
}
