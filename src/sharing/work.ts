import type { Clock } from '../clock.ts';
import type { Lease, Leases } from '../store/store.ts';
import type { Held, Holding } from './held.ts';

/** What this server does under its leases. */
export interface WorkEvents {
  /**
   * This server's work on a partition begins. When it fails, the lease is let go of, and taken again a beat
   * later.
   */
  readonly onTaken: (lease: Lease) => void | Promise<void>;
  /**
   * The work ends in order: the lease is still ours until the promise resolves, which bounds itself. Comes
   * after `onTaken` is done.
   */
  readonly onLeaving: (lease: Lease) => Promise<void>;
  /** Told of each failure of the two. */
  readonly onError: (error: unknown) => void;
}

export interface WorkParts extends WorkEvents {
  readonly leases: Leases;
  readonly held: Held;
  readonly clock: Clock;
  /** Told when the store fails. */
  readonly onFailure: (error: unknown) => void;
  /** Told when `onTaken` failed and the partition is to be taken again. */
  readonly onNotBegun: () => void;
  /** Told of everything that somebody who stops has to wait for. */
  readonly track: (underWay: Promise<void>) => void;
}

/** Takes partitions and begins the work on them; ends it and lets go of them. */
export interface Work {
  /** Takes a partition if it is free; nothing when it is being taken already. */
  take(partition: number): Promise<void>;
  handOver(holding: Holding): void;
  /**
   * Lets go of what the store may call ours and we don't, but for the partitions that are to be taken
   * anyway: a call to take or to let go failed, and may have been carried out or not.
   */
  settle(isOurs: (partition: number) => boolean): void;
  /** From now on nothing is begun any more. */
  takeNoMore(): void;
}

export function createWork(parts: WorkParts): Work {
  const { leases, held, clock, onTaken, onLeaving, onError } = parts;
  const { onFailure, onNotBegun, track } = parts;
  const taking = new Set<number>();
  /** Partitions of which it isn't known whether the store calls them ours, and since when. */
  const unsettled = new Map<number, number>();
  let isTaking = true;

  async function take(partition: number, isWanted = true): Promise<void> {
    if (!isTaking || taking.has(partition)) return;
    const sentMs = clock.nowMs();
    taking.add(partition);
    try {
      const lease = await leases.take(partition);
      unsettled.delete(partition);
      if (lease === undefined) return;
      const holding = isTaking && isWanted ? held.add(lease, sentMs) : undefined;
      if (holding === undefined) return await release(lease);
      holding.begun = begin(lease);
      track(holding.begun);
    } catch (error) {
      unsettled.set(partition, clock.nowMs());
      onFailure(error);
    } finally {
      taking.delete(partition);
    }
  }

  async function begin(lease: Lease): Promise<void> {
    try {
      await onTaken(lease);
    } catch (error) {
      onError(error);
      if (held.drop(lease)) await release(lease);
      onNotBegun();
    }
  }

  async function leave({ lease, begun }: Holding): Promise<void> {
    await begun;
    try {
      // Unless it was lost meanwhile.
      if (held.of(lease.partition)?.lease === lease) await onLeaving(lease);
    } catch (error) {
      onError(error);
    }
    if (held.drop(lease)) await release(lease);
  }

  async function release(lease: Lease): Promise<void> {
    try {
      await leases.release(lease);
    } catch (error) {
      // At worst it runs out by itself.
      unsettled.set(lease.partition, clock.nowMs());
      onFailure(error);
    }
  }

  return {
    take: (partition) => take(partition),

    settle(isOurs) {
      for (const [partition, sinceMs] of unsettled) {
        // By then it has run out.
        if (clock.nowMs() - sinceMs > leases.leaseMs) unsettled.delete(partition);
        // Only who takes it, under a new fence, knows that it is his to let go of.
        else if (!isOurs(partition)) track(take(partition, false));
      }
    },

    handOver(holding) {
      if (holding.isLeaving) return;
      holding.isLeaving = true;
      track(leave(holding));
    },

    takeNoMore() {
      isTaking = false;
    },
  };
}
