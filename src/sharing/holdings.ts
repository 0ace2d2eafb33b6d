import type { Clock } from '../clock.ts';
import type { Lease, Leases } from '../store/store.ts';
import { assignment } from './assignment.ts';
import { createHeld } from './held.ts';
import { createRenewals } from './renewals.ts';
import { createWork, type WorkEvents } from './work.ts';

export interface HoldingsParts extends WorkEvents {
  readonly leases: Leases;
  readonly partitions: number;
  /** A clock that never steps: what it shows is only compared with itself. */
  readonly clock: Clock;
  /**
   * The work has to end at once: the lease is another's, or may be. Comes whenever it happens, also
   * while `onTaken` or `onLeaving` are under way.
   */
  readonly onLost: (lease: Lease) => void;
  /** Told when the store fails, once a beat at most, and of each failure of the work. */
  readonly onError: (error: unknown) => void;
  /** Who should have what; handed in by those who have many servers in one process and reckon it once. */
  readonly assign?: typeof assignment;
}

/** Which partitions' work is this server's. */
export interface Holdings {
  /**
   * Resolves when the first round is done, and the work on what was taken in it has begun. Others may hold
   * everything, and the store may be away: it goes on by itself.
   */
  start(): Promise<void>;
  /** The lease of a partition, while it surely holds; may call `onLost`. */
  lease(partition: number): Lease | undefined;
  /** Those whose leases surely hold, in the order of their numbers. */
  readonly partitions: readonly number[];
  /** Ends all work in order and lets go of everything. Resolves when nothing is under way. */
  stop(): Promise<void>;
}

/** How often the store is told of us in the life of a lease. */
const BEATS = 4;

/** How soon at most it is tried again after a failure. */
const LONGEST_PAUSE_MS = 1000;

/**
 * Keeps this server's leases, a beat every quarter of a lease: says that we are there, renews what is held,
 * takes what is ours by the assignment and free, and hands over what is another's.
 *
 * With leases of 2 s, the work of a server that dies goes on elsewhere within 3 s: its lease and its
 * name run out 2,000 ms after its last beat reached the store; the one who gets the partition looks within
 * 500 ms of that, and has it two calls later (who is there; take). That leaves 400 ms for slow calls, or for
 * a failed one and its repetition after 125 ms.
 *
 * Nothing here waits for a slow call but what follows from it. A view of who is there that is out of date
 * costs a partition handed over in vain; it can't make two holders, as the store gives a lease to one.
 */
export function createHoldings(parts: HoldingsParts): Holdings {
  const { leases, partitions, clock, onError, assign = assignment } = parts;
  const { leaseMs } = leases;
  const beatMs = leaseMs / BEATS;
  const pauseMs = Math.min(beatMs / 4, LONGEST_PAUSE_MS);
  const held = createHeld({ clock, leaseMs, onLost });
  const renew = createRenewals({ leases, held, clock, onFailure: failed });
  const work = createWork({
    ...parts,
    held,
    onFailure: failed,
    onNotBegun: () => beatBy(clock.nowMs() + Math.min(beatMs, LONGEST_PAUSE_MS)),
    track,
  });
  const underWay = new Set<Promise<unknown>>();
  let members: readonly string[] = [];
  let assigned: readonly string[] = [];
  let attending: Promise<readonly string[]> | undefined;
  /** When the call was sent that last said that we are there. */
  let attendedMs = 0;
  let toldMs = -Infinity;
  let next: { readonly atMs: number; readonly callOff: () => void } | undefined;
  let isStopping = false;
  let isStopped = false;

  function track(each: Promise<unknown>): void {
    underWay.add(each);
    each.finally(() => underWay.delete(each));
  }

  function onLost(lease: Lease): void {
    try {
      parts.onLost(lease);
    } catch (error) {
      onError(error);
    }
  }

  /** The store failed: looks again soon. */
  function failed(error: unknown): void {
    beatBy(clock.nowMs() + pauseMs);
    if (clock.nowMs() - toldMs < Math.min(beatMs, LONGEST_PAUSE_MS)) return;
    toldMs = clock.nowMs();
    onError(error);
  }

  /** The next beat is then, unless it is before. */
  function beatBy(atMs: number): void {
    if (isStopped || atMs === Infinity || (next !== undefined && next.atMs <= atMs)) return;
    next?.callOff();
    const callOff = clock.alarm(atMs, () => {
      next = undefined;
      track(beat());
    });
    next = { atMs, callOff };
  }

  async function beat(): Promise<void> {
    beatBy(clock.nowMs() + beatMs);
    // First: a process that slept may have lost all of it, and hears of that here.
    if (leaseMs !== Infinity) track(renew());
    if (!isStopping && attending === undefined) await share();
  }

  async function share(): Promise<void> {
    const sentMs = clock.nowMs();
    try {
      attending = leases.attend();
      const present = await attending;
      // When we were away, so were others perhaps, and they are not back yet: one who acted on that would
      // take it all. They look again as soon as we do.
      const wasAway = clock.nowMs() - attendedMs > leaseMs;
      attendedMs = sentMs;
      if (wasAway) return beatBy(clock.nowMs() + pauseMs);
      if (present.join('\n') !== members.join('\n')) {
        members = present;
        assigned = assign(members, partitions);
      }
    } catch (error) {
      return failed(error);
    } finally {
      attending = undefined;
    }
    for (const holding of held.all()) {
      if (assigned[holding.lease.partition] !== leases.self) work.handOver(holding);
    }
    work.settle(
      (partition) => assigned[partition] === leases.self || held.of(partition) !== undefined,
    );
    const takes: Promise<void>[] = [];
    for (const [partition, member] of assigned.entries()) {
      if (member === leases.self && held.of(partition) === undefined) {
        takes.push(work.take(partition));
      }
    }
    await Promise.all(takes);
  }

  async function sayGoodbye(): Promise<void> {
    try {
      // Or it might come after, and we would be there for as long as a lease.
      await attending?.catch(() => {});
      await leases.leave();
    } catch (error) {
      failed(error);
    }
  }

  return {
    async start() {
      attendedMs = clock.nowMs();
      const first = beat();
      track(first);
      await first;
      await Promise.all(held.all().map(({ begun }) => begun));
    },

    lease: (partition) => held.of(partition)?.lease,

    get partitions() {
      return held
        .all()
        .map(({ lease }) => lease.partition)
        .sort((a, b) => a - b);
    },

    async stop() {
      isStopping = true;
      work.takeNoMore();
      // First of all, so that others take at once what is released one by one.
      const left = sayGoodbye();
      for (const holding of held.all()) work.handOver(holding);
      await left;
      while (underWay.size > 0) await Promise.all(underWay);
      isStopped = true;
      next?.callOff();
    },
  };
}
