import { expect, test } from 'vitest';
import { Effort } from '../../src/calendar/effort.ts';
import { readCalendar } from '../../src/calendar/ical/read-calendar.ts';
import { spansOf } from '../../src/calendar/spans.ts';
import { UTC, zoneNamed } from '../../src/calendar/zones.ts';
import { type Facts, NEVER_MS, NO_FACTS } from '../../src/engine/facts.ts';
import { AWAY as AWAY_PAIR, pairName } from '../../src/engine/pair.ts';
import { type Presence, presenceAt } from '../../src/engine/presence.ts';
import { AWAY, CASES, type Case, OWNER } from './cases.ts';

const SESSION = {
  appId: 'app',
  sessionId: 'app',
  pair: AWAY_PAIR,
  setAtMs: 0,
  expiresAtMs: NEVER_MS,
};

/** What is kept of somebody with this calendar. */
function factsOf({ calendar, home = 'Europe/Berlin', hasSession }: Case, fromMs: number): Facts {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//cases//', ...calendar.flat()];
  const text = [...lines, 'END:VCALENDAR', ''].join('\r\n');
  const { events } = readCalendar(text, { addresses: [OWNER] });
  const window = { fromMs, toMs: fromMs + 800 * 86_400_000 };
  const spans = spansOf(events, window, zoneNamed(home) ?? UTC, Effort.forCalendar());
  return {
    ...NO_FACTS,
    sessions: hasSession === false ? [] : [SESSION],
    calendar: { spans, refillAtMs: NEVER_MS, revision: 1, awaited: 1 },
  };
}

function shown({ availability, activity, isOutOfOffice, workLocation }: Presence): string {
  const words = [pairName({ availability, activity })];
  if (isOutOfOffice) words.push('out of office');
  if (workLocation !== null) words.push(`${workLocation.source} ${workLocation.workLocationType}`);
  return words.join(', ');
}

test('there are more than sixty cases, each with a name of its own', () => {
  expect(CASES.length).toBeGreaterThan(60);
  expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
});

test.each(CASES.map((each) => [each.name, each] as const))('in the calendar: %s', (_, each) => {
  const [first, last] = each.within ?? ['2026-11-22', '2026-11-29'];
  const fromMs = Date.parse(`${first}T00:00Z`);
  const toMs = Date.parse(`${last}T00:00Z`);
  const facts = factsOf(each, fromMs);
  const at = (instantMs: number) => shown(presenceAt(facts, instantMs).presence);

  // Every change there is, as the ticker would walk them.
  const changes: [string, string][] = [];
  let before = at(fromMs);
  expect(before).toBe(each.hasSession === false ? 'Offline/Offline' : AWAY);
  let instantMs = fromMs;
  for (;;) {
    instantMs = presenceAt(facts, instantMs).untilMs;
    if (instantMs >= toMs) break;
    const now = at(instantMs);
    if (now !== before) changes.push([new Date(instantMs).toISOString(), now]);
    before = now;
  }
  const expected = each.shows.map(([from, what]) => [new Date(from).toISOString(), what]);
  expect(changes).toEqual(expected);

  // And before, at and after each of them, whoever asks.
  let previous = each.hasSession === false ? 'Offline/Offline' : AWAY;
  for (const [from, what] of each.shows) {
    const edgeMs = Date.parse(from);
    expect([at(edgeMs - 1), at(edgeMs), at(edgeMs + 1)]).toEqual([previous, what, what]);
    previous = what;
  }
});
