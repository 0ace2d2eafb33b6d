import { NEVER_MS } from '../engine/facts.ts';
import { createQueue } from '../queues.ts';
import type { FeedCursor, PresenceStore } from '../store/store.ts';
import type { Recorder, Trace } from './trace.ts';
import { REAL_TIME, type VirtualClock } from './virtual-clock.ts';

/** Entries of a feed read at a time. */
const PAGE = 1000;

/** How often something may set itself an alarm for the very instant that it rings at. */
const MOST_ROUNDS = 10_000;

/** Moves a server through time: everything due on the way happens, in order, each at its own instant. */
export interface Journey {
  /** Moves the clock on. Frozen it stays so, running it goes on from there. */
  advance(byMs: number): Promise<Trace>;
  /** Sets the clock. Forwards it is as `advance`; backwards nothing happens but what is due by then. */
  moveTo(atMs: number): Promise<Trace>;
  /** Stops the clock where it stands. */
  freeze(): Promise<void>;
  /** Lets the clock go on from where it stands. */
  resume(): Promise<void>;
  /** Sets the clock to the machine's time, and lets it go on with that. */
  reset(): Promise<Trace>;
  /** Resolves when nothing is under way, and nothing due by now is left to be done. */
  settled(): Promise<void>;
}

export interface JourneyParts {
  readonly store: PresenceStore;
  readonly clock: VirtualClock;
  readonly recorder: Recorder;
  /** Does what is due by now, and resolves when nothing is under way. */
  readonly settle: () => Promise<void>;
  /** Keeps how the clock stands, once it was moved. */
  readonly keep: () => Promise<void>;
}

export function createJourney(parts: JourneyParts): Journey {
  const { store, clock, recorder, settle, keep } = parts;
  /** How far the feeds were looked at for the trace. */
  const seen: FeedCursor[] = [];
  const inTurn = createQueue();

  /** Resolves when how the clock stands then would survive a crash. */
  function moving<T>(work: () => Promise<T> | T): Promise<T> {
    return inTurn(async () => {
      const moved = await work();
      await keep();
      return moved;
    });
  }

  /** Whether anything was committed since it was last looked; what was goes into the trace. */
  async function look(): Promise<boolean> {
    let isNews = false;
    for (let partition = 0; partition < store.partitions; partition++) {
      seen[partition] ??= (await store.feedBounds(partition)).end;
      for (;;) {
        const { entries, cursor } = await store.feed(partition, seen[partition] ?? '', PAGE);
        seen[partition] = cursor;
        isNews ||= entries.length > 0;
        for (const { tenantId, userId, change } of entries) {
          const { before, after, cause, number, atMs } = change;
          recorder.add({
            ...{ kind: 'presence', atMs, tenantId, userId },
            before: { availability: before.availability, activity: before.activity },
            after: { availability: after.availability, activity: after.activity },
            ...{ cause, number },
          });
        }
        if (entries.length < PAGE) break;
      }
    }
    return isNews;
  }

  /** Until all that is due by now is done, and nothing follows from it. */
  async function settleAll(): Promise<void> {
    for (let rounds = 0; ; rounds++) {
      if (rounds > MOST_ROUNDS) throw new Error('something is due again as soon as it is done');
      if (clock.state.kind === 'frozen' && clock.nextAlarmMs() <= clock.nowMs()) {
        clock.moveTo(clock.nowMs());
      }
      await settle();
      const isNews = await look();
      const isDue = clock.state.kind === 'frozen' && clock.nextAlarmMs() <= clock.nowMs();
      if (!isNews && !isDue) return recorder.settle();
    }
  }

  /** The earliest instant after now at which something is due. */
  async function nextMs(): Promise<number> {
    const partitions = Array.from({ length: store.partitions }, (_, at) => store.nextDueMs(at));
    const dues = await Promise.all(partitions);
    const nowMs = clock.nowMs();
    // What is overdue could not be done; whoever tries it again has an alarm for that.
    const due = dues.reduce((a, b) => (b > nowMs ? Math.min(a, b) : a), NEVER_MS);
    return Math.min(due, clock.nextAlarmMs());
  }

  async function travel(toMs: number): Promise<Trace> {
    const wasRunning = clock.state.kind === 'running';
    clock.freeze();
    try {
      // What happened before is no part of the journey.
      await settleAll();
      recorder.begin();
      for (let atMs = await nextMs(); atMs <= toMs; atMs = await nextMs()) {
        clock.moveTo(Math.max(atMs, clock.nowMs()));
        await settleAll();
      }
      clock.moveTo(toMs);
      await settleAll();
      return recorder.end();
    } finally {
      if (wasRunning) clock.resume();
    }
  }

  return {
    advance: (byMs) => moving(() => travel(clock.nowMs() + byMs)),
    moveTo: (atMs) => moving(() => travel(atMs)),
    freeze: () => moving(() => clock.freeze()),
    resume: () => moving(() => clock.resume()),

    reset: () =>
      moving(async () => {
        const trace = await travel(clock.realMs());
        clock.restore(REAL_TIME);
        return trace;
      }),

    settled: () => inTurn(settleAll),
  };
}
