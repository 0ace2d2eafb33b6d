import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type CalendarFacts,
  type CalendarSpanKind,
  type Facts,
  NEVER_MS,
  NO_FACTS,
  type Session,
} from '../../src/engine/facts.ts';
import {
  type Activity,
  AVAILABLE,
  type Availability,
  type Pair,
  pair,
  pairName,
} from '../../src/engine/pair.ts';
import { rankOf, SESSION_STATE_ORDER } from '../../src/engine/precedence.ts';
import { presenceAt } from '../../src/engine/presence.ts';
import { FADE } from '../../src/engine/session.ts';

const document = readFileSync(new URL('../../docs/presence-rules.md', import.meta.url), 'utf8');

/** The rows of the first table under a heading of docs/presence-rules.md, without its head. */
function table(heading: string): string[][] {
  const section = document.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const lines = section.slice(section.indexOf('|')).split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function named(name: string): Pair {
  const [availability, activity] = name.split('/');
  return pair(availability as Availability, activity as Activity);
}

const NOW_MS = Date.parse('2026-11-21T09:00:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const order = table('Order of session states').map(([, state]) => state ?? '');
const preferredRows = table('Preferred presence');
const calendarRows = table('Calendar');
const outOfOffice = new Map(table('Out of office').map(([from, to]) => [from, to]));

/** A session that has the state now: one that faded was set that long ago. */
function sessionIn(state: string, sessionId: string): Session {
  const faded = table('Fade and expiration').find(([, to]) => to === state);
  const ageMs = state === 'Away/Away' ? 0 : Number.parseInt(faded?.[0] ?? '0', 10) * MINUTE_MS;
  const isFaded = state === 'Available/AvailableInactive';
  const setAtMs = NOW_MS - ageMs;
  const expiresAtMs = NOW_MS + HOUR_MS;
  const state0 = isFaded ? AVAILABLE : named(state);
  return { appId: 'app', sessionId, pair: state0, setAtMs, expiresAtMs };
}

/** What the page says, worked out step by step from its tables and from nothing in src. */
function asDocumented(
  states: string[],
  planned: readonly string[] | undefined,
  preferred: string | null,
  isOutOfOffice: boolean,
): string {
  const places = states.map((state) => order.indexOf(state));
  const plannedPlace = order.indexOf(planned?.[1] ?? '');
  if (places.length > 0 && plannedPlace !== -1) places.push(plannedPlace);
  let shown = places.length === 0 ? 'Offline/Offline' : order[Math.min(...places)];
  if (preferred !== null) {
    const row = preferredRows.find(([name]) => name === preferred);
    shown = places.length === 0 ? row?.[2] : row?.[1];
  }
  const [availability = '', activity = ''] = shown?.split('/') ?? [];
  const refined = isOutOfOffice ? outOfOffice.get(availability) : 'as it was';
  return `${availability}/${refined === 'as it was' ? activity : refined}`;
}

/** A stretch of the calendar that is on now, and one that is over, and one to come. */
function calendarOf(kind: string): CalendarFacts {
  const span = (from: number, to: number) => ({
    kind: kind as CalendarSpanKind,
    startsAtMs: NOW_MS + from * MINUTE_MS,
    endsAtMs: NOW_MS + to * MINUTE_MS,
  });
  const spans = [span(-60, -30), span(0, 30), span(60, 90)];
  return { spans, refillAtMs: NEVER_MS, revision: 1, awaited: 1 };
}

describe('every combination of two sessions, calendar, preferred presence and out of office', () => {
  const sessions = [null, ...order];
  const preferreds = [null, ...preferredRows.map(([name]) => name ?? '')];
  const combinations = sessions.flatMap((first) =>
    sessions.flatMap((second) =>
      preferreds.flatMap((preferred) =>
        [undefined, ...calendarRows].flatMap((planned) =>
          [false, true].map((isReplying) => ({ first, second, preferred, planned, isReplying })),
        ),
      ),
    ),
  );

  test('shows what the tables of docs/presence-rules.md say', () => {
    expect(combinations).toHaveLength(13 * 13 * 7 * 5 * 2);
    for (const { first, second, preferred, planned, isReplying } of combinations) {
      const states = [first, second].filter((state) => state !== null);
      const facts: Facts = {
        ...NO_FACTS,
        sessions: states.map((state, index) => sessionIn(state, `session ${index}`)),
        preferred:
          preferred === null ? null : { pair: named(preferred), expiresAtMs: NOW_MS + HOUR_MS },
        calendar: planned === undefined ? null : calendarOf(planned[0] ?? ''),
        outOfOffice: isReplying
          ? { message: 'Away', startsAtMs: NOW_MS, endsAtMs: NEVER_MS }
          : null,
      };
      const { presence } = presenceAt(facts, NOW_MS);
      const label = JSON.stringify({ first, second, preferred, planned, isReplying });
      const isOut = isReplying || planned?.[2] === 'yes';
      expect(`${label} ${presence.availability}/${presence.activity}`).toBe(
        `${label} ${asDocumented(states, planned, preferred, isOut)}`,
      );
      expect(presence.isOutOfOffice).toBe(isOut);
      expect(presence.outOfOfficeMessage).toBe(isReplying ? 'Away' : null);
      const { source = '', workLocationType = '' } = presence.workLocation ?? {};
      expect(source && `${source}/${workLocationType}`).toBe(planned?.[3] ?? '');
    }
  });
});

test('the order of session states in the code is the one on the page', () => {
  expect(SESSION_STATE_ORDER.map(pairName)).toEqual(order);
  expect(rankOf(pair('Offline', 'OffWork'))).toBe(order.length);
});

test('the stages of fading in the code are the ones on the page', () => {
  const stages = FADE.map(({ afterMs, state }) => [`${afterMs / MINUTE_MS} min`, pairName(state)]);
  expect([['0 min', 'Available/Available'], ...stages]).toEqual(table('Fade and expiration'));
});

test('the table of out of office names every availability', () => {
  expect(outOfOffice.size).toBe(9);
});
