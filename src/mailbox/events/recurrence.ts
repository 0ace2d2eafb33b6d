import { DAY_MS, modulo } from '../../calendar/days.ts';
import { Effort } from '../../calendar/effort.ts';
import type { Rule, WallMs } from '../../calendar/event.ts';
import { ruleOfPattern } from '../../calendar/pattern.ts';
import { recurring } from '../../calendar/recurring.ts';
import { BadRule, readRule } from '../../calendar/rrule.ts';
import type { DateTimeTimeZone } from '../../graph/date-time-zone.ts';
import { invalidArgument } from '../../graph/error.ts';
import type { EventFields, PatternedRecurrence } from './fields.ts';
import { readZoned, writeWall, zoneOf } from './time.ts';

/**
 * The rules of a series; its start is the first occurrence.
 * @throws GraphError 400 naming what of the recurrence makes no sense
 */
export function rulesOf({ recurrence, start, isAllDay }: EventFields): readonly Rule[] {
  if (recurrence === null) return [];
  if (!('pattern' in recurrence)) return [ruleOfText(recurrence['@porchlight.rrule'])];
  const { wall, zone } = readZoned(start, 'Start');
  const { pattern, range } = recurrence;
  return [ruleOfPattern(pattern, range, { wall, zone: isAllDay ? null : zone })];
}

function ruleOfText(text: string): Rule {
  try {
    return readRule(text);
  } catch (error) {
    if (error instanceof BadRule) {
      throw invalidArgument(`[Recurrence.@porchlight.rrule]: ${error.message}.`);
    }
    throw error;
  }
}

/** The same recurrence for another start: from its day on, and in its zone. */
export function beginningAt(
  recurrence: PatternedRecurrence | null,
  { dateTime, timeZone }: DateTimeTimeZone,
): PatternedRecurrence | null {
  if (recurrence === null || !('pattern' in recurrence)) return recurrence;
  const startDate = dateTime.slice(0, 10);
  const range = { ...recurrence.range, startDate, recurrenceTimeZone: timeZone };
  return { ...recurrence, range };
}

/**
 * An event whose start is the first occurrence of its recurrence, as Outlook moves it: on the first day on or
 * after the start of the range that the pattern names, and in the zone of the range. A weekly series on
 * Mondays whose start says a Wednesday begins on the Monday after. An RFC 5545 rule leaves the start where it
 * is, as the RFC says.
 * @throws GraphError 400
 */
export function alignedToRecurrence(given: EventFields): EventFields {
  const { recurrence } = given;
  if (recurrence === null) return given;
  if (!('pattern' in recurrence)) {
    rulesOf(given);
    return given;
  }
  const { range, pattern } = recurrence;
  const fields = range.recurrenceTimeZone === '' ? given : inZone(given, range.recurrenceTimeZone);
  const { start, end } = fields;
  const { wall } = readZoned(start, 'Start');
  const startDate = range.startDate === '' ? start.dateTime.slice(0, 10) : range.startDate;
  const from = Date.parse(`${startDate}T00:00:00Z`) + modulo(wall, DAY_MS);
  const [rule] = rulesOf(fields);
  const first = rule === undefined ? undefined : firstOf(rule, from);
  if (first === undefined) {
    throw invalidArgument('[Recurrence.Pattern]: The pattern names no day.');
  }
  const startsOn = writeWall(first).slice(0, 10);
  if (range.type === 'endDate' && range.endDate < startsOn) {
    throw invalidArgument(
      '[Recurrence.Range.EndDate]: The series ends before its first occurrence.',
    );
  }
  const recurrenceTimeZone = start.timeZone;
  return {
    ...fields,
    start: moved(start, first - wall, 'Start'),
    end: moved(end, first - wall, 'End'),
    recurrence: { pattern, range: { ...range, startDate: startsOn, recurrenceTimeZone } },
  };
}

/**
 * The same event on the clock of another zone. Answers write times in the zone that the reader prefers, and a
 * client that sends them back must not move its series to that zone.
 */
function inZone(fields: EventFields, timeZone: string): EventFields {
  const zone = zoneOf(timeZone, 'Recurrence.Range.RecurrenceTimeZone');
  const { start, end, isAllDay } = fields;
  const from = readZoned(start, 'Start');
  const to = readZoned(end, 'End');
  if (from.zone === zone) return fields;
  const written = (time: typeof from) => {
    const wall = isAllDay ? time.wall : zone.wallOf(time.zone.instantOf(time.wall));
    return { dateTime: writeWall(wall), timeZone };
  };
  return { ...fields, start: written(from), end: written(to) };
}

/** Eight years lie between two leap days at most. */
const HORIZONS_DAYS = [8, 40, 400, 3000];

/** The first time on or after `from` that a rule names; its own time of day is that of `from`. */
function firstOf(rule: Rule, from: WallMs): WallMs | undefined {
  const always = { ...rule, interval: 1, count: null, until: null };
  for (const days of HORIZONS_DAYS) {
    const window = { from, to: from + days * DAY_MS };
    // From the day before: the start counts as an occurrence whether the rule names it or not.
    const [first] = recurring(always, from - DAY_MS, window, Effort.forEvent('new'));
    if (first !== undefined) return first;
  }
  return undefined;
}

function moved(time: DateTimeTimeZone, byMs: number, field: string): DateTimeTimeZone {
  if (byMs === 0) return time;
  const { wall } = readZoned(time, field);
  return { dateTime: writeWall(wall + byMs), timeZone: time.timeZone };
}
