import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, type Change, NEW_RECORD, type UserRecord } from '../../src/engine/advance.ts';
import { kindsAt, presenceWithout, type TimeKind } from '../../src/engine/cause.ts';
import { type Facts, NEVER_MS, NO_FACTS } from '../../src/engine/facts.ts';
import { AVAILABLE, AWAY, BUSY, DO_NOT_DISTURB, type Pair } from '../../src/engine/pair.ts';
import { type Presence, presenceAt, samePresence } from '../../src/engine/presence.ts';
import { anyHistory, START_MS } from './arbitrary.ts';

const MINUTE_MS = 60_000;
const RUNS = { numRuns: 300 };

/** What time changed in a history, with the facts as they were just before. */
const anyPassing = anyHistory.map((events) => {
  const passed: { readonly facts: Facts; readonly change: Change }[] = [];
  let record: UserRecord = NEW_RECORD;
  const pass = (untilMs: number) => {
    while (record.untilMs <= untilMs) {
      const { facts } = record;
      const advanced = advance(record, record.untilMs);
      for (const change of advanced.changes) passed.push({ facts, change });
      record = advanced.record;
    }
  };
  for (const { atMs, command } of events) {
    // On the minute, so that several things often happen at one instant.
    const minuteMs = atMs - ((atMs - START_MS) % (5 * MINUTE_MS));
    pass(minuteMs);
    record = advance(record, minuteMs, command).record;
  }
  pass(START_MS + 24 * 60 * MINUTE_MS);
  return passed;
});

/** The message without its end, which is what was put off. */
const seen = ({ statusMessage, ...rest }: Presence) => ({
  ...rest,
  content: statusMessage?.content,
});

const kindOf = ({ cause }: Change) => cause.kind as Exclude<TimeKind, 'time'>;

describe('what time changed, whatever was said before,', () => {
  test('follows from something that happens at that instant', () => {
    fc.assert(
      fc.property(anyPassing, (passed) => {
        for (const { facts, change } of passed) {
          expect(kindsAt(facts, change.atMs)).toContain(change.cause.kind);
        }
      }),
      RUNS,
    );
  });

  test('would not have changed without its cause, where that is all that happens', () => {
    fc.assert(
      fc.property(anyPassing, (passed) => {
        for (const { facts, change } of passed) {
          if (kindsAt(facts, change.atMs).length > 1) continue;
          const without = presenceWithout(facts, kindOf(change), change.atMs);
          expect(seen(without)).toEqual(seen(change.before));
        }
      }),
      RUNS,
    );
  });

  test('would have become something else without its cause, unless nothing alone was needed', () => {
    let several = 0;
    fc.assert(
      fc.property(anyPassing, (passed) => {
        for (const { facts, change } of passed) {
          const kinds = kindsAt(facts, change.atMs);
          if (kinds.length > 1) several++;
          const isNeeded = (kind: (typeof kinds)[number]) =>
            !samePresence(presenceWithout(facts, kind, change.atMs), change.after);
          expect(isNeeded(kindOf(change))).toBe(kinds.some(isNeeded));
        }
      }),
      { numRuns: 1000 },
    );
    expect(several).toBeGreaterThan(20);
  });
});

const at = (minutes: number) => START_MS + minutes * MINUTE_MS;
const session = (pair: Pair, minutes: number, setAt = 0) => ({
  ...{ appId: 'app', sessionId: String(pair.activity), pair },
  setAtMs: at(setAt),
  expiresAtMs: at(minutes),
});
const calendar = (kind: 'busy' | 'outOfOffice', from: number, to: number) => ({
  spans: [{ kind, startsAtMs: at(from), endsAtMs: at(to) }],
  ...{ refillAtMs: NEVER_MS, revision: 1, awaited: 1 },
});
const status = (minutes: number) => ({
  ...{ content: 'In the lab', publishedAtMs: at(0), expiresAtMs: at(minutes), expiry: null },
});
const location = (minutes: number) => ({
  ...{ source: 'manual' as const, appId: 'app', workLocationType: 'office' as const },
  ...{ placeId: null, setAtMs: at(0), endsAtMs: at(minutes) },
});
const replies = (from: number, to: number) => ({
  ...{ message: 'Away', startsAtMs: at(from), endsAtMs: at(to) },
});

/** What the next minutes do to these facts: the kinds of cause, in order. */
function causes(facts: Partial<Facts>, minutes = 60): string[] {
  const all = { ...NO_FACTS, ...facts };
  const { presence, untilMs } = presenceAt(all, at(0));
  const { changes } = advance({ facts: all, presence, number: 1, untilMs }, at(minutes));
  return changes.map(({ cause }) => cause.kind);
}

test.each<[string, Partial<Facts>, string[]]>([
  ['a session', { sessions: [session(BUSY, 20)] }, ['sessionExpired']],
  [
    'an Available session',
    { sessions: [session(AVAILABLE, 20)] },
    ['sessionFaded', 'sessionFaded', 'sessionExpired'],
  ],
  [
    'a session that ends as it would fade',
    { sessions: [session(AVAILABLE, 5)] },
    ['sessionExpired'],
  ],
  [
    'a choice',
    { sessions: [session(BUSY, 90)], preferred: { pair: DO_NOT_DISTURB, expiresAtMs: at(9) } },
    ['preferredPresenceExpired'],
  ],
  [
    'a meeting',
    { sessions: [session(AWAY, 90)], calendar: calendar('busy', 5, 10) },
    ['calendarBegan', 'calendarEnded'],
  ],
  ['a day off', { calendar: calendar('outOfOffice', 5, 10) }, ['calendarBegan', 'calendarEnded']],
  [
    'automatic replies',
    { outOfOffice: replies(5, 10) },
    ['automaticRepliesBegan', 'automaticRepliesEnded'],
  ],
  ['a status message', { statusMessage: status(5) }, ['statusMessageExpired']],
  ['a work location', { locations: [location(5)] }, ['workLocationEnded']],
])('%s is named by what became of it', (_, facts, kinds) => {
  expect(causes(facts)).toEqual(kinds);
});

test.each<[string, Partial<Facts>, string]>([
  [
    'the session that a choice needs, not the choice that ends with it',
    { sessions: [session(BUSY, 9)], preferred: { pair: DO_NOT_DISTURB, expiresAtMs: at(9) } },
    'sessionExpired',
  ],
  [
    'the choice, not a session below another one that ends with it',
    {
      sessions: [session(BUSY, 90), session(AWAY, 9)],
      preferred: { pair: DO_NOT_DISTURB, expiresAtMs: at(9) },
    },
    'preferredPresenceExpired',
  ],
  [
    'what changed the pair, before what changed the message',
    { sessions: [session(AWAY, 90)], calendar: calendar('busy', -5, 9), statusMessage: status(9) },
    'calendarEnded',
  ],
  [
    'the message, when a session beside it ends unseen',
    { sessions: [session(BUSY, 90), session(AWAY, 9)], statusMessage: status(9) },
    'statusMessageExpired',
  ],
])('of several at one instant it is %s', (_, facts, kind) => {
  expect(causes(facts, 9)).toEqual([kind]);
});

test('what an application says is its own cause, after what time did until then', () => {
  const facts = { ...NO_FACTS, sessions: [session(BUSY, 5)] };
  const { presence, untilMs } = presenceAt(facts, at(0));
  const record = { facts, presence, number: 1, untilMs };
  const { changes } = advance(record, at(9), {
    ...{ kind: 'setPresence', appId: 'app', sessionId: 's', pair: AWAY, lifetimeMs: MINUTE_MS },
  });
  expect(changes.map(({ cause }) => cause)).toEqual([
    { kind: 'sessionExpired' },
    { kind: 'setPresence', appId: 'app' },
  ]);
});
