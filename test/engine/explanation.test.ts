import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, NEW_RECORD } from '../../src/engine/advance.ts';
import { type Explanation, explain, type Standing } from '../../src/engine/explanation.ts';
import {
  type CalendarSpanKind,
  type Facts,
  type LocationSignal,
  NEVER_MS,
  NO_FACTS,
} from '../../src/engine/facts.ts';
import { AVAILABLE, DO_NOT_DISTURB, IN_A_CALL, pairName } from '../../src/engine/pair.ts';
import { outOfOfficePair } from '../../src/engine/precedence.ts';
import { presenceAt } from '../../src/engine/presence.ts';
import { changedAtMs, standsAtMs } from '../../src/engine/since.ts';
import { anyRecord, START_MS } from './arbitrary.ts';

const MINUTE_MS = 60_000;

const decides = ({ standing }: { readonly standing: Standing }) => standing.role === 'decides';

describe('whatever was said', () => {
  test('what it says is shown, is shown', () => {
    fc.assert(
      fc.property(anyRecord, ({ record, nowMs }) => {
        const { presence, decision, outOfOffice } = explain(record.facts, nowMs);
        expect(presence).toEqual(record.presence);
        const pair = outOfOffice.source === null ? decision.pair : outOfOfficePair(decision.pair);
        expect(pairName(presence)).toBe(pairName(pair));
      }),
    );
  });

  test('one fact decides the pair, or no session lives', () => {
    fc.assert(
      fc.property(anyRecord, ({ record, nowMs }) => {
        const { sessions, preferred, calendar, decision } = explain(record.facts, nowMs);
        const deciding = [...sessions, ...(preferred ? [preferred] : []), ...calendar].filter(
          decides,
        );
        expect(deciding).toHaveLength(decision.by === 'no session' ? 0 : 1);
      }),
    );
  });

  test('one fact makes the user be out of office, and one says where they work, where something does', () => {
    fc.assert(
      fc.property(anyRecord, ({ record, nowMs }) => {
        const { presence, outOfOffice, workLocation } = explain(record.facts, nowMs);
        const { automaticReplies, calendar } = outOfOffice;
        const away = [...(automaticReplies ? [automaticReplies] : []), ...calendar].filter(decides);
        expect(away).toHaveLength(presence.isOutOfOffice ? 1 : 0);
        const signals = workLocation.signals.filter(decides);
        const scheduled = workLocation.calendar.filter(decides);
        expect(signals.length + scheduled.length).toBe(presence.workLocation === null ? 0 : 1);
        for (const { fact } of signals) expect(fact).toMatchObject(presence.workLocation ?? {});
        if (scheduled.length > 0) expect(presence.workLocation?.source).toBe('scheduled');
      }),
    );
  });

  test('whatever stands in the place of a fact, decides itself', () => {
    fc.assert(
      fc.property(anyRecord, ({ record, nowMs }) => {
        const explanation = explain(record.facts, nowMs);
        const { decision, outOfOffice, workLocation } = explanation;
        for (const standing of standingsOf(explanation)) {
          if (standing.role === 'overridden') expect(standing.by).toBe(decision);
          if (standing.role !== 'outranked') continue;
          const { by } = standing;
          if (by.kind === 'state') expect(by.decision).toBe(decision);
          if (by.kind === 'automaticReplies') expect(outOfOffice.source).toBe('automaticReplies');
          if (by.kind === 'location') {
            expect(workLocation.signals.filter(decides).map(({ fact }) => fact)).toEqual([
              by.signal,
            ]);
          }
        }
      }),
    );
  });

  test('nothing that has ended is there, and everything else is', () => {
    fc.assert(
      fc.property(anyRecord, fc.nat(40), ({ record, nowMs }, minutes) => {
        const atMs = nowMs + minutes * MINUTE_MS;
        const { sessions, preferred, statusMessage, outOfOffice, calendar, locations } =
          record.facts;
        const expires = (each: { expiresAtMs: number }) => each.expiresAtMs > atMs;
        const ends = (each: { endsAtMs: number }) => each.endsAtMs > atMs;
        const all = (fact: object | null) => (fact === null ? [] : [fact as never]);
        const told = explain(record.facts, atMs);
        expect(told.sessions.map(({ fact }) => fact)).toEqual(sessions.filter(expires));
        expect(all(told.preferred?.fact ?? null)).toEqual(all(preferred).filter(expires));
        expect(all(told.statusMessage)).toEqual(all(statusMessage).filter(expires));
        const { automaticReplies } = told.outOfOffice;
        expect(all(automaticReplies?.fact ?? null)).toEqual(all(outOfOffice).filter(ends));
        const { signals } = told.workLocation;
        expect(signals.map(({ fact }) => fact)).toEqual(locations.filter(ends));
        const spans = [told.calendar, told.outOfOffice.calendar, told.workLocation.calendar].flat();
        expect(new Set(spans.map(({ fact }) => fact))).toEqual(
          new Set(calendar?.spans.filter(ends)),
        );
      }),
    );
  });

  test('a session fades when it says, to what it says', () => {
    fc.assert(
      fc.property(anyRecord, ({ record, nowMs }) => {
        for (const { fact, fades } of explain(record.facts, nowMs).sessions) {
          const alone: Facts = { ...NO_FACTS, sessions: [fact] };
          for (const { atMs, state } of fades) {
            expect(pairName(presenceAt(alone, atMs).presence)).toBe(pairName(state));
            expect(pairName(presenceAt(alone, atMs - 1).presence)).not.toBe(pairName(state));
          }
        }
      }),
    );
  });

  test('since when it is so, is the instant of the last change', () => {
    fc.assert(
      fc.property(anyRecord, ({ record, nowMs, last }) => {
        const sinceMs = changedAtMs(record, nowMs);
        if (last === undefined) expect(sinceMs).toBeNull();
        // Those of one millisecond count on.
        else if (sinceMs === null) expect(last.number).toBeGreaterThan(nowMs);
        else {
          expect(sinceMs).toBeGreaterThanOrEqual(last.atMs);
          expect(sinceMs).toBeLessThan(last.atMs + 100);
        }
      }),
    );
  });
});

function standingsOf({
  sessions,
  preferred,
  calendar,
  outOfOffice,
  workLocation,
}: Explanation): Standing[] {
  const { automaticReplies } = outOfOffice;
  return [
    ...sessions,
    ...(preferred ? [preferred] : []),
    ...calendar,
    ...(automaticReplies ? [automaticReplies] : []),
    ...outOfOffice.calendar,
    ...workLocation.signals,
    ...workLocation.calendar,
  ].map(({ standing }) => standing);
}

const session = (name: string, state = IN_A_CALL) => ({
  ...{ appId: name, sessionId: name, pair: state },
  setAtMs: START_MS,
  expiresAtMs: START_MS + 60 * MINUTE_MS,
});
const span = (kind: CalendarSpanKind, startsAfterMs = 0) => ({
  ...{ kind, startsAtMs: START_MS + startsAfterMs },
  endsAtMs: START_MS + startsAfterMs + 30 * MINUTE_MS,
});
const calendar = { spans: [span('busy')], refillAtMs: NEVER_MS, revision: 1, awaited: 1 };

const roleOf = (each: { readonly standing: Standing } | null | undefined) => each?.standing.role;

test('a call comes before a meeting, and the meeting before what fades', () => {
  const sessions = [session('phone'), session('chat', AVAILABLE)];
  const told = explain({ ...NO_FACTS, sessions, calendar }, START_MS);
  expect(told.sessions.map(roleOf)).toEqual(['decides', 'outranked']);
  expect(told.sessions.map(({ fades }) => fades.map(({ atMs }) => atMs - START_MS))).toEqual([
    [],
    [5 * MINUTE_MS, 10 * MINUTE_MS],
  ]);
  expect(told.calendar.map(roleOf)).toEqual(['outranked']);
});

test('of two sessions that say the same, the one set last decides, and the other knows it', () => {
  const later = { ...session('desk'), setAtMs: START_MS + 1 };
  const { sessions } = explain({ ...NO_FACTS, sessions: [session('phone'), later] }, START_MS + 2);
  expect(sessions.map(({ standing }) => standing)).toMatchObject([
    { role: 'outranked', by: { isSameState: true, decision: { session: later } } },
    { role: 'decides' },
  ]);
});

test('the person’s choice overrides all, and waits without a session', () => {
  const preferred = { pair: DO_NOT_DISTURB, expiresAtMs: START_MS + 90 * MINUTE_MS };
  const facts = { ...NO_FACTS, preferred, calendar };
  const alone = explain(facts, START_MS);
  expect([roleOf(alone.preferred), roleOf(alone.calendar[0])]).toEqual(['waits', 'waits']);
  const with1 = explain({ ...facts, sessions: [session('chat')] }, START_MS);
  expect(pairName(with1.decision.pair)).toBe('DoNotDisturb/DoNotDisturb');
  expect([with1.preferred, with1.sessions[0], with1.calendar[0]].map(roleOf)).toEqual([
    'decides',
    'overridden',
    'overridden',
  ]);
});

test('automatic replies come before an entry in the calendar, and wait for their time', () => {
  const away = { ...calendar, spans: [span('outOfOffice')] };
  const replies = { message: 'On holiday', startsAtMs: START_MS, endsAtMs: NEVER_MS };
  const rolesAt = (startsAtMs: number) => {
    const facts = { ...NO_FACTS, calendar: away, outOfOffice: { ...replies, startsAtMs } };
    const { outOfOffice } = explain(facts, START_MS);
    return [outOfOffice.source, roleOf(outOfOffice.automaticReplies)].concat(
      outOfOffice.calendar.map(roleOf),
    );
  };
  expect(rolesAt(START_MS)).toEqual(['automaticReplies', 'decides', 'outranked']);
  expect(rolesAt(START_MS + 1)).toEqual(['calendar', 'waits', 'decides']);
});

test('of work locations the user’s own comes first, then the more precise, then the later, then the calendar', () => {
  const signal = (appId: string, more: Partial<LocationSignal> = {}): LocationSignal => ({
    ...{ source: 'automatic', appId, workLocationType: 'office', placeId: null },
    ...{ setAtMs: START_MS, endsAtMs: START_MS + 60 * MINUTE_MS },
    ...more,
  });
  const badge = signal('badge', { setAtMs: START_MS - 1 });
  const elsewhere = { ...calendar, spans: [span('workingElsewhere'), span('busy')] };
  const advantages = (...locations: LocationSignal[]) => {
    const facts = { ...NO_FACTS, calendar: elsewhere, locations };
    const { signals, calendar: scheduled } = explain(facts, START_MS).workLocation;
    return [...signals, ...scheduled].map(({ standing }) =>
      standing.role === 'outranked' && standing.by.kind === 'location'
        ? (standing.by.advantage ?? 'no other')
        : standing.role,
    );
  };
  const dock = signal('dock');
  expect(advantages()).toEqual(['decides']);
  expect(advantages(badge, dock)).toEqual(['time', 'decides', 'no other']);
  const precise = signal('wifi', { placeId: 'tower 2', setAtMs: START_MS - 2 });
  expect(advantages(dock, precise)).toEqual(['precision', 'decides', 'no other']);
  const own = signal('teams', { source: 'manual', workLocationType: 'unspecified' });
  expect(advantages(precise, own)).toEqual(['source', 'decides', 'no other']);
});

test('a calendar is known until it is looked at again, and of one that is being written nothing is sure', () => {
  const stateOf = (more: object) =>
    explain({ ...NO_FACTS, calendar: { ...calendar, ...more } }, START_MS).calendarState;
  expect(explain(NO_FACTS, START_MS).calendarState).toBeNull();
  expect(stateOf({})).toEqual({ isAwaited: false, knownUntilMs: NEVER_MS });
  const refillAtMs = START_MS + MINUTE_MS;
  expect(stateOf({ refillAtMs })).toEqual({ isAwaited: false, knownUntilMs: refillAtMs });
  expect(stateOf({ refillAtMs: START_MS - 1 })).toMatchObject({ knownUntilMs: START_MS });
  expect(stateOf({ refillAtMs, awaited: 2 })).toEqual({ isAwaited: true, knownUntilMs: START_MS });
});

test('a clock that was set back finds what had faded by then faded, and explains that', () => {
  const faded = advance(
    advance(NEW_RECORD, START_MS, {
      ...{ kind: 'setPresence', appId: 'chat', sessionId: 'chat', pair: AVAILABLE },
      lifetimeMs: 60 * MINUTE_MS,
    }).record,
    START_MS + 7 * MINUTE_MS,
  ).record;
  const backMs = START_MS + 2 * MINUTE_MS;
  const { record } = advance(faded, backMs);
  const { presence, next } = explain(record.facts, standsAtMs(record, backMs));
  expect(presence).toEqual(record.presence);
  expect(pairName(presence)).toBe('Available/AvailableInactive');
  expect(next?.atMs).toBe(advance(record, START_MS + 20 * MINUTE_MS).changes[0]?.atMs);
  expect(changedAtMs(record, backMs)).toBeNull();
});
