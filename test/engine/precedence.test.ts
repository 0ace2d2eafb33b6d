import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Facts, NEVER_MS, NO_FACTS, type Session } from '../../src/engine/facts.ts';
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
function asDocumented(states: string[], preferred: string | null, isOutOfOffice: boolean): string {
  const places = states.map((state) => order.indexOf(state));
  let shown = places.length === 0 ? 'Offline/Offline' : order[Math.min(...places)];
  if (preferred !== null) {
    const row = preferredRows.find(([name]) => name === preferred);
    shown = places.length === 0 ? row?.[2] : row?.[1];
  }
  const [availability = '', activity = ''] = shown?.split('/') ?? [];
  const refined = isOutOfOffice ? outOfOffice.get(availability) : 'as it was';
  return `${availability}/${refined === 'as it was' ? activity : refined}`;
}

describe('every combination of two sessions, preferred presence and out of office', () => {
  const sessions = [null, ...order];
  const preferreds = [null, ...preferredRows.map(([name]) => name ?? '')];
  const combinations = sessions.flatMap((first) =>
    sessions.flatMap((second) =>
      preferreds.flatMap((preferred) =>
        [false, true].map((isOut) => ({ first, second, preferred, isOut })),
      ),
    ),
  );

  test('shows what the tables of docs/presence-rules.md say', () => {
    expect(combinations).toHaveLength(12 * 12 * 7 * 2);
    for (const { first, second, preferred, isOut } of combinations) {
      const states = [first, second].filter((state) => state !== null);
      const facts: Facts = {
        ...NO_FACTS,
        sessions: states.map((state, index) => sessionIn(state, `session ${index}`)),
        preferred:
          preferred === null ? null : { pair: named(preferred), expiresAtMs: NOW_MS + HOUR_MS },
        outOfOffice: isOut ? { message: 'Away', startsAtMs: NOW_MS, endsAtMs: NEVER_MS } : null,
      };
      const { presence } = presenceAt(facts, NOW_MS);
      const label = JSON.stringify({ first, second, preferred, isOut });
      expect(`${label} ${presence.availability}/${presence.activity}`).toBe(
        `${label} ${asDocumented(states, preferred, isOut)}`,
      );
      expect(presence.isOutOfOffice).toBe(isOut);
      expect(presence.outOfOfficeMessage).toBe(isOut ? 'Away' : null);
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
