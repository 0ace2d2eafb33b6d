import type { Clock } from '../clock.ts';
import { advance } from '../engine/advance.ts';
import { needsRefill } from '../engine/calendar.ts';
import type { PresenceStore, UserKey } from '../store/store.ts';

/** How often the ticker looks even when nothing seems due: bounds how late a new, nearer due time is seen. */
const LONGEST_SLEEP_MS = 1000;

/** Users ticked before the event loop gets its turn. */
const SLICE = 500;

export interface Ticker {
  /** Writes every transition due by now; how many users it looked at. */
  tick(): Promise<number>;
  start(): void;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export interface TickerParts {
  readonly store: PresenceStore;
  readonly partition: number;
  readonly clock: Clock;
  /** Told of a user whose whole calendar is to be looked at. Doesn't wait, and doesn't throw. */
  readonly refill: (user: UserKey) => void;
  /** Told when ticking fails; it goes on a second later. */
  readonly onError: (error: unknown) => void;
}

/**
 * Time passing in a partition, as writes without a command. A tick that comes late changes nothing about what
 * is written, only when; several tickers may tick one user, and the second finds nothing to do.
 */
export function createTicker(parts: TickerParts): Ticker {
  const { store, partition, clock, refill, onError } = parts;
  let callOff: (() => void) | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = true;

  async function tick(): Promise<number> {
    let ticked = 0;
    for (;;) {
      const nowMs = clock.nowMs();
      const users = await store.due(partition, nowMs, SLICE);
      await Promise.all(
        users.map(async (user) => {
          const { record } = await store.update(user, nowMs, (before) => advance(before, nowMs));
          if (needsRefill(record.facts.calendar, nowMs)) refill(user);
        }),
      );
      ticked += users.length;
      if (users.length < SLICE) return ticked;
    }
  }

  async function run(): Promise<void> {
    let wakeAtMs = clock.nowMs() + LONGEST_SLEEP_MS;
    try {
      await tick();
      wakeAtMs = Math.min(wakeAtMs, await store.nextDueMs(partition));
    } catch (error) {
      onError(error);
    }
    if (stopped) return;
    callOff = clock.alarm(wakeAtMs, wake);
  }

  function wake(): void {
    running = run();
  }

  return {
    tick,
    start() {
      stopped = false;
      wake();
    },
    async stop() {
      stopped = true;
      callOff?.();
      await running;
    },
  };
}
