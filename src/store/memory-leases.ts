import type { Lease, Leases } from './store.ts';

/** Leases in this process's memory, for its members. */
export interface LeaseTable {
  /** The leases as a member sees them; `self` is its name, which no other member has or had. */
  join(self: string): Leases;
  /** Whether a lease is still its holder's: not let go of, not run out, and not taken by anybody since. */
  isHeld(lease: Lease): boolean;
}

export interface LeaseTableParts {
  /** How long a lease and a presence hold; Infinity for a process that has the store to itself. */
  readonly leaseMs: number;
  /** A clock that never steps, in ms. */
  readonly nowMs: () => number;
}

interface Taken {
  readonly fence: number;
  readonly by: string;
  untilMs: number;
}

export function createLeaseTable({ leaseMs, nowMs }: LeaseTableParts): LeaseTable {
  const taken = new Map<number, Taken>();
  /** Outlive the leases, so that a fence never comes again. */
  const fences = new Map<number, number>();
  const thereUntilMs = new Map<string, number>();

  const holding = ({ partition, fence }: Lease): Taken | undefined => {
    const found = taken.get(partition);
    return found?.fence === fence && found.untilMs > nowMs() ? found : undefined;
  };

  return {
    isHeld: (lease) => holding(lease) !== undefined,

    join: (self) => ({
      self,
      leaseMs,

      async attend() {
        const now = nowMs();
        thereUntilMs.set(self, now + leaseMs);
        for (const [member, untilMs] of thereUntilMs) {
          if (untilMs <= now) thereUntilMs.delete(member);
        }
        return [...thereUntilMs.keys()].sort();
      },

      async take(partition) {
        const now = nowMs();
        const last = taken.get(partition);
        if (last !== undefined && last.by !== self && last.untilMs > now) return undefined;
        const fence = (fences.get(partition) ?? 0) + 1;
        fences.set(partition, fence);
        taken.set(partition, { fence, by: self, untilMs: now + leaseMs });
        return { partition, fence };
      },

      async renew(leases) {
        const untilMs = nowMs() + leaseMs;
        return leases.filter((lease) => {
          const found = holding(lease);
          if (found?.by !== self) return false;
          found.untilMs = untilMs;
          return true;
        });
      },

      async release(lease) {
        if (holding(lease)?.by === self) taken.delete(lease.partition);
      },

      async leave() {
        thereUntilMs.delete(self);
      },
    }),
  };
}
