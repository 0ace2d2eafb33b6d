import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, NEW_RECORD } from '../../src/engine/advance.ts';
import { explain } from '../../src/engine/explanation.ts';
import {
  type CalendarSpanKind,
  type Facts,
  type LocationSignal,
  NEVER_MS,
  NO_FACTS,
  type Session,
} from '../../src/engine/facts.ts';
import { nextChange } from '../../src/engine/next-change.ts';
import {
  AVAILABLE,
  DO_NOT_DISTURB,
  IN_A_CALL,
  type Pair,
  pairName,
} from '../../src/engine/pair.ts';
import { type Presence, presenceAt, samePresence } from '../../src/engine/presence.ts';
import type { Turn } from '../../src/engine/turns.ts';
import { anyRecord, START_MS } from './arbitrary.ts';

const MINUTE_MS = 60_000;
const RUNS = { numRuns: 500 };

describe('whatever was said', () => {
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
      RUNS,
    );
  });

  test('before it comes, readers see what they saw', () => {
    fc.assert(
      fc.property(anyRecord, fc.double({ min: 0, max: 1, noNaN: true }), (given, part) => {
        const { record, nowMs } = given;
        const { next } = explain(record.facts, nowMs);
        const untilMs = next === null ? nowMs + 60 * MINUTE_MS : next.atMs - 1;
        const atMs = nowMs + Math.floor((untilMs - nowMs) * part);
        for (const each of [atMs, untilMs]) {
          const { presence } = presenceAt(record.facts, each);
          expect(samePresence(presence, record.presence)).toBe(true);
        }
      }),
      RUNS,
    );
  });

  test('its causes happen at that instant, and are of what becomes another', () => {
    fc.assert(
      fc.property(anyRecord, ({ record, nowMs }) => {
        const { presence, next } = explain(record.facts, nowMs);
        if (next === null) return;
        expect(next.causes.length).toBeGreaterThan(0);
        for (const turn of next.causes) expect(instantsOf(turn, record.facts)).toContain(next.atMs);
        const changed = changedKinds(presence, next.presence);
        const possible = new Set([...changed].flatMap((kind) => CAUSES[kind]));
        const named = next.causes.map(nameOf);
        expect(named.filter((name) => !possible.has(name))).toEqual([]);
        for (const kind of changed) {
          expect(
            named.some((name) => CAUSES[kind].includes(name)),
            kind,
          ).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

/** What may become another, and the facts that can bring it about; those of the calendar by their kind. */
const CAUSES = {
  pair: ['session', 'preferredPresence', 'busy', 'focusing', 'automaticReplies', 'outOfOffice'],
  outOfOffice: ['automaticReplies', 'outOfOffice'],
  statusMessage: ['statusMessage'],
  workLocation: ['workLocation', 'workingElsewhere'],
};

function changedKinds(before: Presence, after: Presence): (keyof typeof CAUSES)[] {
  const isOther = {
    pair: pairName(before) !== pairName(after),
    outOfOffice:
      before.isOutOfOffice !== after.isOutOfOffice ||
      before.outOfOfficeMessage !== after.outOfOfficeMessage,
    statusMessage: before.statusMessage?.content !== after.statusMessage?.content,
    workLocation: JSON.stringify(before.workLocation) !== JSON.stringify(after.workLocation),
  };
  return (Object.keys(CAUSES) as (keyof typeof CAUSES)[]).filter((kind) => isOther[kind]);
}

const nameOf = (turn: Turn) => (turn.fact === 'calendar' ? turn.span.kind : turn.fact);

/** When a turn may come, by the fact that it is of. */
function instantsOf(turn: Turn, { preferred, outOfOffice, statusMessage }: Facts): unknown[] {
  switch (turn.fact) {
    case 'session': {
      const { setAtMs, expiresAtMs } = turn.session;
      if (turn.turn === 'ends') return [expiresAtMs];
      return [setAtMs + 5 * MINUTE_MS, setAtMs + 10 * MINUTE_MS];
    }
    case 'preferredPresence':
      return [preferred?.expiresAtMs];
    case 'calendar':
      return [turn.turn === 'begins' ? turn.span.startsAtMs : turn.span.endsAtMs];
    case 'automaticReplies':
      return [turn.turn === 'begins' ? outOfOffice?.startsAtMs : outOfOffice?.endsAtMs];
    case 'workLocation':
      return [turn.signal.endsAtMs];
    case 'statusMessage':
      return [statusMessage?.expiresAtMs];
  }
}

const THEN = START_MS + 5 * MINUTE_MS;

const session = (name: string, pair: Pair, expiresAtMs = THEN): Session => ({
  ...{ appId: name, sessionId: name, pair },
  ...{ setAtMs: START_MS, expiresAtMs },
});
const preferred = { pair: DO_NOT_DISTURB, expiresAtMs: THEN };
const statusMessage = {
  ...{ content: 'In the lab', publishedAtMs: START_MS },
  ...{ expiresAtMs: THEN, expiry: null },
};
const spanFrom = (kind: CalendarSpanKind, startsAtMs: number) => ({
  spans: [{ kind, startsAtMs, endsAtMs: startsAtMs + 5 * MINUTE_MS }],
  ...{ refillAtMs: NEVER_MS, revision: 1, awaited: 1 },
});
const LATER = THEN + 60 * MINUTE_MS;

test.each<[string, Partial<Facts>, string[]]>([
  [
    'a fade under a call, as the status message ends',
    {
      sessions: [session('phone', IN_A_CALL, LATER), session('chat', AVAILABLE, LATER)],
      statusMessage,
    },
    ['statusMessage ends'],
  ],
  [
    'a preferred presence that ends with the last session',
    { sessions: [session('chat', IN_A_CALL)], preferred },
    ['session ends'],
  ],
  [
    'two sessions that say the same and end together',
    { sessions: [session('phone', IN_A_CALL), session('desk', IN_A_CALL)] },
    ['session ends', 'session ends'],
  ],
  [
    'a fade as a meeting begins',
    { sessions: [session('chat', AVAILABLE, LATER)], calendar: spanFrom('busy', THEN) },
    ['busy begins'],
  ],
  [
    'a fade as a meeting ends, which shows at once',
    { sessions: [session('chat', AVAILABLE, LATER)], calendar: spanFrom('busy', START_MS) },
    ['session fades', 'busy ends'],
  ],
  [
    'automatic replies without a message and an entry that begin together',
    {
      outOfOffice: { message: null, startsAtMs: THEN, endsAtMs: LATER },
      calendar: spanFrom('outOfOffice', THEN),
    },
    ['automaticReplies begins'],
  ],
  [
    'a place that an app found out, as the calendar says elsewhere',
    { locations: [place('badge')], calendar: spanFrom('workingElsewhere', THEN) },
    ['workingElsewhere begins', 'workLocation ends'],
  ],
])('causes are those that matter: %s', (_, given, causes) => {
  const next = nextChange({ ...NO_FACTS, ...given }, START_MS);
  expect(next?.atMs).toBe(THEN);
  expect(next?.causes.map((turn) => `${nameOf(turn)} ${turn.turn}`)).toEqual(causes);
});

function place(appId: string): LocationSignal {
  return {
    ...{ source: 'automatic', appId, workLocationType: 'office', placeId: 'tower 2' },
    ...{ setAtMs: START_MS, endsAtMs: THEN },
  };
}

const nobodyLooks = { spans: [], refillAtMs: START_MS - 1, revision: 1, awaited: 1 };

test('a look at the calendar that is overdue is no change, and ends no search', () => {
  expect(nextChange({ ...NO_FACTS, calendar: nobodyLooks }, START_MS)).toBeNull();
});

test('what comes years from now, with a calendar to be looked at daily, is found at once', () => {
  const years = START_MS + 5000 * 365 * 24 * 60 * MINUTE_MS;
  const outOfOffice = { message: null, startsAtMs: 0, endsAtMs: years };
  const facts = { ...NO_FACTS, outOfOffice, calendar: nobodyLooks };
  expect(nextChange(facts, START_MS)?.atMs).toBe(years);
  // Nor does time pass look by look for somebody at whom nobody looked.
  const { record } = advance(NEW_RECORD, START_MS, {
    ...{ kind: 'setCalendar', appId: 'app', revision: 1, spans: [], refillAtMs: START_MS + 1 },
    outOfOffice,
  });
  expect(advance(record, years).changes.map(({ atMs }) => atMs)).toEqual([years]);
});
