import { expect, test } from 'vitest';
import { Effort } from '../../src/calendar/effort.ts';
import type { CalendarEvent, Length } from '../../src/calendar/event.ts';
import { readRule } from '../../src/calendar/rrule.ts';
import { mergedSpans, spansOf } from '../../src/calendar/spans.ts';
import { zoneNamed } from '../../src/calendar/zones.ts';
import type { CalendarSpan } from '../../src/engine/facts.ts';
import { Random } from '../crash/random.ts';
import { Clocks, edgesOf, minutesTaken } from './minute-by-minute.ts';
import { anyRule, ordinaryRule } from './random-rule.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const seed = Number(process.env.SEED ?? 20_261_121);
const rules = Number(process.env.CALENDAR_RULES ?? 60);

const FROM_MS = Date.UTC(2026, 0, 1);
const TO_MS = Date.UTC(2028, 0, 1);
/** As long as calendars are looked at. */
const PIECE_MS = 62 * DAY_MS;
/** Series may have begun so long before. */
const PAST_DAYS = 300;

/** Changes by an hour, half an hour, and back for a month. */
const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca'];
const HOME = 'Europe/Berlin';

function lengthOf(random: Random, isAllDay: boolean): Length {
  if (isAllDay) return { days: random.between(1, 3), ms: 0 };
  const ms = random.between(1, 40) * 15 * MINUTE_MS;
  return { days: random.chance(0.1) ? random.between(1, 2) : 0, ms };
}

/** One that repeats at most each hour, in whole minutes. */
function randomEvent(random: Random): { event: CalendarEvent; rule: string; zone: string } {
  let rule = '';
  while (rule === '' || /MINUTELY|SECONDLY|BYSECOND/.test(rule)) {
    rule = random.chance(0.4) ? ordinaryRule(random) : anyRule(random);
  }
  const isAllDay = !/HOURLY|BYHOUR|BYMINUTE/.test(rule) && random.chance(0.15);
  const isFloating = isAllDay || random.chance(0.15);
  const zone = isFloating ? HOME : random.pick(ZONES);
  const day = FROM_MS / DAY_MS + random.between(-PAST_DAYS, 60);
  // Often in the hours in which clocks are changed.
  const time = isAllDay ? 0 : random.between(0, random.chance(0.5) ? 12 : 95) * 15 * MINUTE_MS;
  const event: CalendarEvent = {
    id: rule,
    start: { wall: day * DAY_MS + time, zone: isFloating ? null : (zoneNamed(zone) ?? null) },
    length: lengthOf(random, isAllDay),
    isAllDay,
    showAs: 'oof',
    isCancelled: false,
    response: 'none',
    isFocusTime: false,
    recurrence: { rules: [readRule(rule)], added: [], removed: [], moved: [] },
  };
  return { event, rule, zone };
}

/** The edges of what of an event's spans lies in a window, which is looked at in pieces. */
function expanded(event: CalendarEvent, fromMs: number, toMs: number): number[][] {
  const home = zoneNamed(HOME);
  if (home === undefined) throw new Error('no home');
  const spans: CalendarSpan[] = [];
  for (let piece = fromMs; piece < toMs; piece += PIECE_MS) {
    const window = { fromMs: piece, toMs: Math.min(piece + PIECE_MS, toMs) };
    spans.push(...spansOf([event], window, home, Effort.forCalendar()));
  }
  return mergedSpans(spans).map(({ startsAtMs, endsAtMs }) => [
    Math.max(startsAtMs, fromMs),
    Math.min(endsAtMs, toMs),
  ]);
}

test(`the edges of ${rules} rules are those found minute by minute over two years (seed ${seed})`, () => {
  const around = [FROM_MS - (PAST_DAYS + 10) * DAY_MS, TO_MS + 10 * DAY_MS] as const;
  const clocks = new Map(ZONES.map((zone) => [zone, new Clocks(zone, ...around)]));
  const random = new Random(seed);
  let edges = 0;
  for (let each = 0; each < rules; each += 1) {
    const { event, rule, zone } = randomEvent(random);
    const { wall } = event.start;
    const length = JSON.stringify(event.length);
    const what = `${rule} from ${new Date(wall).toISOString()} in ${zone} for ${length}`;
    const zoneClocks = clocks.get(zone);
    if (zoneClocks === undefined) throw new Error(`no clocks of ${zone}`);
    const taken = minutesTaken(event, zoneClocks, FROM_MS, TO_MS);
    const expected = edgesOf(taken, FROM_MS);
    edges += expected.length * 2;
    expect(expanded(event, FROM_MS, TO_MS), what).toEqual(expected);

    for (let window = 0; window < 10; window += 1) {
      const first = random.between(0, taken.length / 60 - 100);
      const hours = random.between(1, 72);
      const fromMs = FROM_MS + first * HOUR_MS;
      expect(expanded(event, fromMs, fromMs + hours * HOUR_MS), `${what}, ${fromMs}`).toEqual(
        edgesOf(taken.subarray(first * 60, (first + hours) * 60), fromMs),
      );
    }
  }
  expect(edges).toBeGreaterThan(rules * 10);
  if (process.env.CALENDAR_RULES !== undefined) console.info(`${rules} rules, ${edges} edges`);
});
