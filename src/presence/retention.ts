import { alarmAtFirst, type Clock } from '../clock.ts';
import type { PresenceStore } from '../store/store.ts';

const INTERVAL_MS = 60_000;

/** Entries forgotten in one commit: keeps each one short. */
const SLICE = 5000;

export interface RetentionParts {
  readonly store: PresenceStore;
  readonly partition: number;
  readonly clock: Clock;
  readonly steadyClock: Clock;
  /** How long a change stays in the feed. */
  readonly retentionMs: number;
  /** Told when forgetting fails; it goes on at the next interval. */
  readonly onError: (error: unknown) => void;
}

/**
 * Bounds the feed of a partition: once a minute, forgets what is older than it is kept. Gives back how to
 * stop.
 */
export function startRetention(parts: RetentionParts): () => Promise<void> {
  const { store, partition, clock, steadyClock, retentionMs, onError } = parts;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let callOff = sleep();

  function sleep(): () => void {
    return alarmAtFirst(
      [
        [clock, clock.nowMs() + INTERVAL_MS],
        // A clock that is set back would keep it waiting for as long as that.
        [steadyClock, steadyClock.nowMs() + INTERVAL_MS],
      ],
      () => {
        running = trim().catch(onError);
        running.then(() => {
          if (!stopped) callOff = sleep();
        });
      },
    );
  }

  async function trim(): Promise<void> {
    while (
      !stopped &&
      (await store.trimFeed(partition, clock.nowMs() - retentionMs, SLICE)) === SLICE
    );
  }

  return async () => {
    stopped = true;
    callOff();
    await running;
  };
}
