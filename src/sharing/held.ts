import type { Clock } from '../clock.ts';
import type { Lease } from '../store/store.ts';

/** A lease that this server has, and its work under it. */
export interface Holding {
  readonly lease: Lease;
  /** Settles, and never fails, when the work's beginning is over. */
  begun: Promise<void>;
  isLeaving: boolean;
  /** Until when the lease surely holds. */
  untilMs: number;
}

export interface HeldParts {
  /** A clock that never steps. */
  readonly clock: Clock;
  readonly leaseMs: number;
  /** Told at once, and not more than once a holding. */
  readonly onLost: (lease: Lease) => void;
}

/** The leases that surely hold, and the alarm for when they no longer do. */
export interface Held {
  /** The holding of a partition, while it surely holds. */
  of(partition: number): Holding | undefined;
  /** All that surely hold. */
  all(): Holding[];
  /** A lease taken with a call that was sent at `sentMs`; undefined when that is too long ago already. */
  add(lease: Lease, sentMs: number): Holding | undefined;
  /**
   * What became of leases asked about at `sentMs`. One that ran out here and was not noticed may go on: its
   * fence is the same, so nobody else had it.
   */
  renewed(asked: readonly Lease[], still: readonly Lease[], sentMs: number): void;
  /** Ends a holding without calling it lost; whether it still held. */
  drop(lease: Lease): boolean;
}

/**
 * A lease holds from when the store heard of it, which is after the call was sent. So counting from the
 * sending, on a clock of our own that never steps, it ends here before it ends there, whatever the answer
 * took. The margin is for what is done after asking whether it holds, and for clocks that run at
 * different speeds.
 */
export function createHeld({ clock, leaseMs, onLost }: HeldParts): Held {
  const surelyMs = leaseMs === Infinity ? Infinity : leaseMs * 0.9;
  const holdings = new Map<number, Holding>();
  let callOff: (() => void) | undefined;

  function found({ partition, fence }: Lease): Holding | undefined {
    const holding = holdings.get(partition);
    return holding?.lease.fence === fence ? holding : undefined;
  }

  function remove({ lease }: Holding): void {
    holdings.delete(lease.partition);
    if (holdings.size > 0) return;
    callOff?.();
    callOff = undefined;
  }

  function lose(holding: Holding): void {
    remove(holding);
    onLost(holding.lease);
  }

  /** One alarm for all; it is moved when it rings, as renewals only ever put off the end. */
  function watch(): void {
    if (callOff !== undefined || surelyMs === Infinity || holdings.size === 0) return;
    let earliestMs = Infinity;
    for (const { untilMs } of holdings.values()) earliestMs = Math.min(earliestMs, untilMs);
    callOff = clock.alarm(earliestMs, () => {
      callOff = undefined;
      expire();
      watch();
    });
  }

  function expire(): void {
    const nowMs = clock.nowMs();
    for (const holding of [...holdings.values()]) {
      // Not if a listener's call has ended it meanwhile.
      if (holding.untilMs <= nowMs && found(holding.lease) === holding) lose(holding);
    }
  }

  return {
    of(partition) {
      const holding = holdings.get(partition);
      // A process that slept has not heard its alarms; whoever asks first finds out for all.
      if (holding !== undefined && holding.untilMs <= clock.nowMs()) expire();
      return holdings.get(partition);
    },

    all() {
      expire();
      return [...holdings.values()];
    },

    add(lease, sentMs) {
      const untilMs = sentMs + surelyMs;
      if (untilMs <= clock.nowMs()) return undefined;
      const holding = { lease, begun: Promise.resolve(), isLeaving: false, untilMs };
      holdings.set(lease.partition, holding);
      watch();
      return holding;
    },

    renewed(asked, still, sentMs) {
      const fences = new Map(still.map(({ partition, fence }) => [partition, fence]));
      for (const lease of asked) {
        const holding = found(lease);
        if (holding === undefined) continue;
        if (fences.get(lease.partition) === lease.fence)
          holding.untilMs = Math.max(holding.untilMs, sentMs + surelyMs);
        else lose(holding);
      }
    },

    drop(lease) {
      expire();
      const holding = found(lease);
      if (holding !== undefined) remove(holding);
      return holding !== undefined;
    },
  };
}
