import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, NEW_RECORD, type UserRecord } from '../../src/engine/advance.ts';
import { type Explanation, explain } from '../../src/engine/explanation.ts';
import { NEVER_MS, NO_FACTS } from '../../src/engine/facts.ts';
import { AVAILABLE, DO_NOT_DISTURB, IN_A_CALL, pairName } from '../../src/engine/pair.ts';
import { samePresence } from '../../src/engine/presence.ts';
import { anyHistory, START_MS } from './arbitrary.ts';

const MINUTE_MS = 60_000;

/** What is kept after everything in a history was said. */
const anyRecord = anyHistory.map((events) => {
  let record: UserRecord = NEW_RECORD;
  let nowMs = START_MS;
  for (const { atMs, command } of events) {
    nowMs = Math.max(nowMs, atMs);
    record = advance(record, nowMs, command).record;
  }
  return { record, nowMs };
});

describe('whatever was said', () => {
  test('what it says is shown, is shown', () => {
    fc.assert(
      fc.property(anyRecord, ({ record, nowMs }) => {
        expect(explain(record.facts, nowMs).presence).toEqual(record.presence);
      }),
    );
  });

  test('the next change comes when it says, and is the one that it says', () => {
    fc.assert(
      fc.property(anyRecord, ({ record, nowMs }) => {
        const { next } = explain(record.facts, nowMs);
        // By time alone, as the ticker walks it; far beyond the last fact when nothing is to come.
        const untilMs = next?.atMs ?? nowMs + 30 * 24 * 60 * MINUTE_MS;
        const { changes } = advance(record, untilMs);
        if (next === null) expect(changes).toEqual([]);
        else {
          expect(changes.map(({ atMs }) => atMs)).toEqual([next.atMs]);
          expect(samePresence(changes[0]?.after ?? record.presence, next.presence)).toBe(true);
        }
      }),
    );
  });

  test('one fact decides, or no session lives', () => {
    fc.assert(
      fc.property(anyRecord, ({ record, nowMs }) => {
        const explanation = explain(record.facts, nowMs);
        const deciding = rolesOf(explanation).filter((role) => role === 'decides').length;
        expect(deciding).toBe(explanation.decision.by === 'no session' ? 0 : 1);
      }),
    );
  });
});

function rolesOf({ sessions, preferred, calendar }: Explanation): string[] {
  return [...sessions, ...(preferred === null ? [] : [preferred]), ...calendar].map(
    ({ role }) => role,
  );
}

const session = (name: string, state = IN_A_CALL) => ({
  ...{ appId: name, sessionId: name, pair: state },
  setAtMs: START_MS,
  expiresAtMs: START_MS + 60 * MINUTE_MS,
});
const meeting = {
  ...{ kind: 'busy' as const, startsAtMs: START_MS },
  endsAtMs: START_MS + 30 * MINUTE_MS,
};
const calendar = { spans: [meeting], refillAtMs: NEVER_MS, revision: 1, awaited: 1 };

test('a call comes before a meeting, and the meeting before what fades', () => {
  const sessions = [session('phone'), session('chat', AVAILABLE)];
  const {
    sessions: told,
    calendar: spans,
    next,
  } = explain({ ...NO_FACTS, sessions, calendar }, START_MS);
  expect(told.map(({ role }) => role)).toEqual(['decides', 'outranked']);
  expect(told.map(({ fadesAtMs }) => fadesAtMs)).toEqual([null, START_MS + 5 * MINUTE_MS]);
  expect(spans.map(({ role }) => role)).toEqual(['outranked']);
  expect(next).toMatchObject({
    atMs: START_MS + 60 * MINUTE_MS,
    presence: { availability: 'Offline' },
  });
});

test('the person’s choice overrides all, and waits without a session', () => {
  const preferred = { pair: DO_NOT_DISTURB, expiresAtMs: START_MS + 90 * MINUTE_MS };
  const facts = { ...NO_FACTS, preferred, calendar };
  const alone = explain(facts, START_MS);
  expect([alone.preferred?.role, alone.calendar[0]?.role]).toEqual(['waits', 'waits']);
  const { decision, sessions, ...with1 } = explain(
    { ...facts, sessions: [session('chat')] },
    START_MS,
  );
  expect(pairName(decision.pair)).toBe('DoNotDisturb/DoNotDisturb');
  expect([with1.preferred?.role, sessions[0]?.role, with1.calendar[0]?.role]).toEqual([
    'decides',
    'overridden',
    'overridden',
  ]);
});

test('a look at the calendar that is overdue is no change, and ends no search', () => {
  const overdue = { ...calendar, spans: [], refillAtMs: START_MS - 1 };
  expect(explain({ ...NO_FACTS, calendar: overdue }, START_MS).next).toBeNull();
});

test('what comes years from now, with a calendar to be looked at daily, is found at once', () => {
  const years = START_MS + 5000 * 365 * 24 * 60 * MINUTE_MS;
  const outOfOffice = { message: null, startsAtMs: 0, endsAtMs: years };
  const overdue = { ...calendar, spans: [], refillAtMs: START_MS - 1 };
  const facts = { ...NO_FACTS, outOfOffice, calendar: overdue };
  expect(explain(facts, START_MS).next?.atMs).toBe(years);
  // Nor does time pass look by look for somebody at whom nobody looked.
  const { record } = advance(NEW_RECORD, START_MS, {
    ...{ kind: 'setCalendar', appId: 'app', revision: 1, spans: [], refillAtMs: START_MS + 1 },
    outOfOffice,
  });
  expect(advance(record, years).changes.map(({ atMs }) => atMs)).toEqual([years]);
});
