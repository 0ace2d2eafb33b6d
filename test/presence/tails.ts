import { onTestFinished } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { createFeedTail, type FeedTail } from '../../src/presence/feed-tail.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { FEED_START, type FeedItem, type PresenceStore } from '../../src/store/store.ts';
import { START_MS, setStatusMessage, tell, user } from '../store/commands.ts';

/** A tail on a clock of the test's, which stands still; `alarms` is how many were ever set. */
export function setUp(store: PresenceStore = openMemoryStore(), start = FEED_START) {
  const clock = new ManualClock(START_MS);
  const errors: unknown[] = [];
  let alarms = 0;
  const alarm: typeof clock.alarm = (atMs, ring) => {
    alarms++;
    return clock.alarm(atMs, ring);
  };
  const tail = createFeedTail({
    store,
    partition: 0,
    steadyClock: { nowMs: () => clock.nowMs(), alarm },
    start,
    onError: (error) => errors.push(error),
  });
  onTestFinished(async () => {
    await tail.stop();
    await store.close();
  });
  return { store, clock, tail, errors, alarms: () => alarms };
}

/** Makes changes number `from` to `to`, of a few users, all at once. */
export async function change(store: PresenceStore, from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, at) => from + at);
  await Promise.all(
    numbers.map((at) => tell(store, user(at % 7), START_MS + at, setStatusMessage(`${at}`))),
  );
}

/** Follows into a list of the numbers of changes, which is given back. */
export function follow(tail: FeedTail): string[] {
  const seen: string[] = [];
  tail.follow((entries) => seen.push(...entries.map(numberOf)));
  return seen;
}

export function numberOf({ change }: FeedItem): string {
  return change.after.statusMessage?.content ?? '';
}

export function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, at) => `${from + at}`);
}

export async function cursorAfter(store: PresenceStore, count: number): Promise<string> {
  return (await store.feed(0, FEED_START, count)).cursor;
}
