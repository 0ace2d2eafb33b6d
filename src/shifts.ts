import type { Clock } from './clock.ts';
import type { Feeds } from './feeds/feeds.ts';
import type { Refills } from './mailbox/refills.ts';
import type { Notifier } from './notifications/notifier.ts';
import { createLoopTurns } from './presence/loop-turns.ts';
import { startRetention } from './presence/retention.ts';
import { createTicker, type Ticker } from './presence/ticker.ts';
import { createHoldings } from './sharing/holdings.ts';
import type { Lease, PresenceStore } from './store/store.ts';

export interface ShiftsParts {
  readonly store: PresenceStore;
  readonly clock: Clock;
  /** A clock that never steps, for leases, and for looking when nothing seems due. */
  readonly steadyClock: Clock;
  readonly notifier: Pick<Notifier, 'take' | 'leave' | 'lose'>;
  /** Fill the windows of calendars again. */
  readonly refills: Pick<Refills, 'offer' | 'settled'>;
  /** Fetch other people's calendars. */
  readonly feeds: Pick<Feeds, 'take' | 'leave'>;
  readonly retentionMs: number;
  /** Told of what failed and is tried again, in words and with its cause. */
  readonly onError: (what: string, error: unknown) => void;
}

/** The work that is done once for a partition: time, the end of its feed, its notifications. */
export interface Shifts {
  /** Takes what is this server's share; resolves when the work on it has begun. */
  start(): Promise<void>;
  /** The lease of a partition, while it surely holds. */
  lease(partition: number): Lease | undefined;
  /** Writes every transition due by now in the partitions held, and fills what has run out. */
  tick(): Promise<void>;
  /** Ends the work in order, and leaves it to others. */
  stop(): Promise<void>;
}

/** What runs while a partition is held; each ends at once, also in the middle. */
interface Shift {
  readonly ticker: Ticker;
  readonly stopRetention: () => Promise<void>;
}

export function createShifts(parts: ShiftsParts): Shifts {
  const { store, clock, steadyClock, notifier, refills, feeds, onError } = parts;
  const shifts = new Map<number, Shift>();
  const turn = createLoopTurns();

  const failed = (what: string) => (error: unknown) => onError(what, error);

  const holdings = createHoldings({
    leases: store.leases,
    partitions: store.partitions,
    clock: steadyClock,
    onError: failed('sharing the work failed'),

    async onTaken(lease) {
      const { partition } = lease;
      const shift = begin(partition);
      feeds.take(lease, () => holdings.lease(partition)?.fence === lease.fence);
      try {
        await notifier.take(lease);
      } catch (error) {
        // The lease is let go of: what has begun under it would go on beside whoever takes it next.
        if (shifts.get(partition) === shift) await end(partition);
        throw error;
      }
    },

    async onLeaving({ partition }) {
      await Promise.all([end(partition), notifier.leave(partition)]);
    },

    onLost({ partition }) {
      void end(partition);
      notifier.lose(partition);
    },
  });

  function begin(partition: number): Shift {
    const ticker = createTicker({
      ...{ store, partition, clock, steadyClock, turn },
      refill: (user) => refills.offer(user),
      onError: failed('ticking failed'),
    });
    const stopRetention = startRetention({
      store,
      partition,
      clock,
      steadyClock,
      retentionMs: parts.retentionMs,
      onError: failed('trimming the feed failed'),
    });
    ticker.start();
    const shift = { ticker, stopRetention };
    shifts.set(partition, shift);
    return shift;
  }

  /** Whoever has the lease next does the same: a tick or two more do no harm. */
  async function end(partition: number): Promise<void> {
    const shift = shifts.get(partition);
    shifts.delete(partition);
    await Promise.all([shift?.ticker.stop(), shift?.stopRetention(), feeds.leave(partition)]);
  }

  return {
    start: () => holdings.start(),
    lease: (partition) => holdings.lease(partition),

    async tick() {
      await Promise.all(Array.from(shifts.values(), ({ ticker }) => ticker.tick()));
      await refills.settled();
    },

    stop: () => holdings.stop(),
  };
}
