import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { advance, type Change, NEW_RECORD, type UserRecord } from '../../src/engine/advance.ts';
import { BUSY, IN_A_CALL } from '../../src/engine/pair.ts';
import { createHistory, RangeTooLong } from '../../src/history/history.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import { anyHistory, START_MS } from '../engine/arbitrary.ts';
import { MINUTE_MS, setPresence, setStatusMessage, tell, user } from '../store/commands.ts';

const HOUR_MS = 60 * MINUTE_MS;
const WEEK_MS = 7 * 24 * HOUR_MS;
const ME = user(1);

function historyOver(store: PresenceStore, clock: ManualClock, retentionMs = WEEK_MS) {
  return createHistory({ store, clock, retentionMs: () => retentionMs });
}

/** Every change of a range, page by page. */
async function all(
  history: ReturnType<typeof historyOver>,
  most = 3,
  range: { fromMs?: number; toMs?: number } = {},
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (let from: number | undefined = 0; from !== undefined; ) {
    const page = await history.page(ME, range, from, most);
    expect(page.changes.length).toBeLessThanOrEqual(most);
    changes.push(...page.changes);
    from = page.next;
  }
  return changes;
}

describe('whatever was said, written or only due,', () => {
  /** What was said, how much of it the store has been told of time since, and how long ago that was. */
  const anyPast = fc.record({
    events: anyHistory,
    isTicked: fc.boolean(),
    laterMs: fc.nat(90 * MINUTE_MS),
    atMs: fc.nat(4 * HOUR_MS).map((ms) => START_MS - MINUTE_MS + ms),
    lengthMs: fc.nat(3 * HOUR_MS),
  });

  async function live({
    events,
    isTicked,
    laterMs,
  }: typeof anyPast extends fc.Arbitrary<infer Past> ? Past : never) {
    const store = openMemoryStore();
    // The same in the plainest way.
    let record: UserRecord = NEW_RECORD;
    const changes: Change[] = [];
    const take = (advanced: { record: UserRecord; changes: readonly Change[] }) => {
      record = advanced.record;
      changes.push(...advanced.changes);
    };
    for (const { atMs, command } of events) {
      await tell(store, ME, atMs, command);
      take(advance(record, atMs, command));
    }
    const nowMs = (events.at(-1)?.atMs ?? START_MS) + laterMs;
    if (isTicked) await tell(store, ME, nowMs);
    take(advance(record, nowMs));
    const history = historyOver(store, new ManualClock(nowMs));
    return { history, changes, nowMs, present: record.presence };
  }

  test('all of it is told, in order, in pages of any size', async () => {
    await fc.assert(
      fc.asyncProperty(anyPast, fc.integer({ min: 1, max: 9 }), async (past, most) => {
        const { history, changes } = await live(past);
        expect(await all(history, most)).toEqual(changes);
        const range = { fromMs: past.atMs, toMs: past.atMs + past.lengthMs };
        expect(await all(history, most, range)).toEqual(
          changes.filter(({ atMs }) => atMs >= range.fromMs && atMs < range.toMs),
        );
      }),
      { numRuns: 60 },
    );
  });

  test('what was at an instant is what the last change until then left', async () => {
    await fc.assert(
      fc.asyncProperty(anyPast, async (past) => {
        const { history, changes, nowMs } = await live(past);
        const atMs = Math.min(past.atMs, nowMs);
        const before = changes.filter((change) => change.atMs <= atMs).at(-1);
        const { presence } = await history.asOf(ME, atMs);
        expect(presence).toEqual(before?.after ?? NEW_RECORD.presence);
      }),
      { numRuns: 100 },
    );
  });

  test('the times in each state fill the range, and are what each instant says', async () => {
    await fc.assert(
      fc.asyncProperty(anyPast, async (past) => {
        const { history, changes, nowMs } = await live(past);
        const range = { fromMs: past.atMs, toMs: past.atMs + past.lengthMs };
        const { availabilities, activities, ...told } = await history.summary(ME, range);
        const sum = (times: readonly { ms: number }[]) =>
          times.reduce((all, { ms }) => all + ms, 0);
        expect(told.toMs).toBe(Math.min(range.toMs, nowMs));
        expect(told.fromMs).toBe(Math.min(range.fromMs, told.toMs));
        expect(sum(availabilities)).toBe(told.toMs - told.fromMs);
        expect(sum(activities)).toBe(told.toMs - told.fromMs);
        expect(told.changes).toBe(
          changes.filter(({ atMs }) => atMs >= range.fromMs && atMs < range.toMs).length,
        );
        // Each stretch between two changes by itself.
        const edges = changes
          .map(({ atMs }) => atMs)
          .filter((ms) => ms > told.fromMs && ms < told.toMs);
        const bounds = [told.fromMs, ...edges, told.toMs];
        const expected = new Map<string, number>();
        for (const [at, startMs] of bounds.slice(0, -1).entries()) {
          const { presence } = await history.asOf(ME, startMs);
          const ms = (bounds[at + 1] ?? startMs) - startMs;
          if (presence === undefined || ms === 0) continue;
          expected.set(presence.activity, (expected.get(presence.activity) ?? 0) + ms);
        }
        expect(new Map(activities.map(({ activity, ms }) => [activity, ms]))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what is no longer to be told', () => {
  async function overDays() {
    const store = openMemoryStore();
    for (let day = 0; day < 10; day++) {
      await tell(store, ME, START_MS + day * 24 * HOUR_MS, setStatusMessage(`day ${day}`));
    }
    const nowMs = START_MS + 9 * 24 * HOUR_MS + HOUR_MS;
    return { store, clock: new ManualClock(nowMs), nowMs };
  }

  test('isn’t, though the feed still has it, and the answer says from when on it knows', async () => {
    const { store, clock, nowMs } = await overDays();
    const history = historyOver(store, clock, 2 * 24 * HOUR_MS);
    const page = await history.page(ME, {}, 0, 100);
    expect(page.changes.map(({ after }) => after.statusMessage?.content)).toEqual([
      'day 8',
      'day 9',
    ]);
    const knownFromMs = nowMs - 2 * 24 * HOUR_MS;
    expect(page).toMatchObject({ knownFromMs, fromMs: knownFromMs, toMs: nowMs });
    expect(await history.asOf(ME, knownFromMs - 1)).toEqual({ presence: undefined, knownFromMs });
    expect((await history.asOf(ME, knownFromMs)).presence?.statusMessage?.content).toBe('day 7');
    expect(await history.summary(ME, { fromMs: START_MS })).toMatchObject({
      ...{ fromMs: knownFromMs, toMs: nowMs, changes: 2 },
      availabilities: [{ availability: 'Offline', ms: 2 * 24 * HOUR_MS }],
    });
    // Not by asking for a page of before either.
    expect((await history.page(ME, { fromMs: START_MS }, 1, 100)).changes).toHaveLength(2);
  });

  test('nor is it known what was before that which the feed forgot', async () => {
    const { store, clock } = await overDays();
    await store.trimFeed(0, START_MS + 7.5 * 24 * HOUR_MS, 100);
    const history = historyOver(store, clock, 30 * 24 * HOUR_MS);
    const knownFromMs = START_MS + 7 * 24 * HOUR_MS;
    expect((await history.page(ME, {}, 0, 100)).knownFromMs).toBe(knownFromMs);
    expect((await history.asOf(ME, knownFromMs)).presence?.statusMessage?.content).toBe('day 7');
    expect((await history.asOf(ME, knownFromMs - 1)).presence).toBeUndefined();
    // Of somebody without any change as well: they may have had some.
    expect((await history.asOf(user(2), knownFromMs - 1)).presence).toBeUndefined();
    expect((await history.asOf(user(2), knownFromMs)).presence).toEqual(NEW_RECORD.presence);
  });
});

test('a change that is written while it is read is told once', async () => {
  const inner = openMemoryStore();
  await tell(inner, ME, START_MS, setPresence(BUSY, 5 * MINUTE_MS));
  const clock = new ManualClock(START_MS + HOUR_MS);
  let writes = 0;
  const store: PresenceStore = {
    ...inner,
    async read(...asked) {
      const records = await inner.read(...asked);
      // The fade that the record still has to come, and a change after it.
      if (writes++ === 0) await tell(inner, ME, clock.nowMs(), setPresence(IN_A_CALL));
      return records;
    },
  };
  const changes = await all(historyOver(store, clock), 100);
  expect(changes.map(({ after }) => after.activity)).toEqual(['Busy', 'Offline', 'InACall']);
  expect(changes.map(({ cause }) => cause.kind)).toEqual([
    ...['setPresence', 'sessionExpired', 'setPresence'],
  ]);
});

describe('many changes at an instant', () => {
  const COUNT = 21_000;

  async function burst() {
    const store = openMemoryStore();
    for (let at = 0; at < COUNT; at++) await tell(store, ME, START_MS, setStatusMessage(`${at}`));
    await tell(store, ME, START_MS + HOUR_MS, setPresence(BUSY));
    return { store, history: historyOver(store, new ManualClock(START_MS + HOUR_MS)) };
  }

  test('are looked at in parts, and asked for in less', async () => {
    const { history } = await burst();
    const none = await history.page(ME, { fromMs: START_MS + 1 }, 0, 10);
    expect(none.changes).toEqual([]);
    const rest = await history.page(ME, { fromMs: START_MS + 1 }, none.next ?? 0, 10);
    expect(rest.changes.map(({ after }) => after.activity)).toEqual(['Busy']);
    expect(rest.next).toBeUndefined();
    await expect(history.summary(ME, {})).rejects.toThrow(RangeTooLong);
    await expect(history.asOf(ME, START_MS)).rejects.toThrow(RangeTooLong);
    expect((await history.summary(ME, { fromMs: START_MS + 30 * MINUTE_MS })).changes).toBe(1);
  });

  test('are forgotten all of them', async () => {
    const { store, history } = await burst();
    await history.erase(ME);
    expect(await all(history)).toEqual([]);
    const { entries } = await store.feed(0, '', 10);
    expect(entries.map(({ change }) => change.after.statusMessage)).toEqual([null]);
    // Somebody of whom nothing is kept leaves no mark.
    await history.erase(ME);
    await history.erase(user(5));
    expect((await store.feed(0, '', 10)).entries).toHaveLength(1);
  });
});
