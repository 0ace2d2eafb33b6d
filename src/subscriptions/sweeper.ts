import type { Clock } from '../clock.ts';
import { Agenda } from './agenda.ts';
import { dueMs } from './rules/due.ts';
import type { Subscription } from './subscription.ts';

/** Looked after at once: these share their commits. */
const SLICE = 200;

/** When what failed, or wasn't this server's to do, is looked at again. */
const RETRY_MS = 1000;

export interface SweeperParts {
  readonly clock: Clock;
  /** Does what is due for a subscription, if it still is; whether to look again a second later. */
  readonly attend: (id: string) => Promise<boolean>;
  /** Told when that fails, once for all that failed together; it is tried again a second later. */
  readonly onError: (error: unknown) => void;
}

/** Looks after subscriptions when their time comes: asleep until the earliest of them. */
export interface Sweeper {
  /** Notes when this subscription is next due. */
  note(subscription: Subscription): void;
  /** There is nothing to do for it any more. */
  forget(id: string): void;
  /** From now on wakes by itself. */
  start(): void;
  /** Does all that is due by now. */
  sweep(): Promise<void>;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export function createSweeper({ clock, attend, onError }: SweeperParts): Sweeper {
  const agenda = new Agenda();
  let started = false;
  let running: Promise<void> = Promise.resolve();
  let isRunning = false;
  let wakesAtMs = Number.POSITIVE_INFINITY;
  let callOff: (() => void) | undefined;

  async function run(): Promise<void> {
    isRunning = true;
    const ids = agenda.take(clock.nowMs());
    const errors: unknown[] = [];
    for (let at = 0; at < ids.length; at += SLICE) {
      await Promise.all(ids.slice(at, at + SLICE).map((id) => attendOrLater(id, errors)));
    }
    if (errors.length > 0) onError(errors[0]);
    isRunning = false;
    sleep();
  }

  async function attendOrLater(id: string, errors: unknown[]): Promise<void> {
    try {
      if (!(await attend(id))) return;
    } catch (error) {
      errors.push(error);
    }
    agenda.set(id, clock.nowMs() + RETRY_MS);
  }

  function sleep(): void {
    const { earliestMs } = agenda;
    if (!started || isRunning || earliestMs === undefined || earliestMs >= wakesAtMs) return;
    callOff?.();
    wakesAtMs = earliestMs;
    callOff = clock.alarm(earliestMs, () => {
      wakesAtMs = Number.POSITIVE_INFINITY;
      void sweep();
    });
  }

  function sweep(): Promise<void> {
    running = running.then(run);
    return running;
  }

  return {
    note(subscription) {
      agenda.set(subscription.id, dueMs(subscription));
      sleep();
    },
    forget: (id) => agenda.delete(id),
    start() {
      started = true;
      sleep();
    },
    sweep,
    async stop() {
      started = false;
      callOff?.();
      await running;
    },
  };
}
