import { shortened } from '../graph/duration.ts';
import { invalidArgument } from '../graph/error.ts';
import { DAY_MS, dayOfDate, daysInMonth } from './days.ts';
import type { CalendarTime, Rule, Weekday } from './event.ts';
import { everyRule } from './rrule.ts';
import { zoneNamed } from './zones.ts';

/** Graph's `recurrencePattern`, its words in camelCase. Which parts count, its type says. */
export interface RecurrencePattern {
  readonly type:
    | 'daily'
    | 'weekly'
    | 'absoluteMonthly'
    | 'relativeMonthly'
    | 'absoluteYearly'
    | 'relativeYearly';
  readonly interval: number;
  /** 1 to 12; 0 where the type has none. */
  readonly month: number;
  /** 1 to 31; 0 where the type has none. */
  readonly dayOfMonth: number;
  readonly daysOfWeek: readonly string[];
  readonly firstDayOfWeek: string;
  readonly index: string;
}

/** Graph's `recurrenceRange`. Dates are of the form 2026-11-21. */
export interface RecurrenceRange {
  readonly type: 'endDate' | 'noEnd' | 'numbered';
  readonly startDate: string;
  /** `NO_DATE` where the type has none. */
  readonly endDate: string;
  /** IANA or Windows name; empty for the zone of the event's start. */
  readonly recurrenceTimeZone: string;
  /** 0 where the type has none. */
  readonly numberOfOccurrences: number;
}

/** How the real service writes a date that isn't there. */
export const NO_DATE = '0001-01-01';

/** In the order of `Weekday`. */
export const DAYS_OF_WEEK = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
];

/** Graph's `weekIndex`, each with the place that it means. */
export const WEEK_INDEXES = new Map([
  ['first', 1],
  ['second', 2],
  ['third', 3],
  ['fourth', 4],
  ['last', -1],
]);

/**
 * The rule of Graph's pattern and range.
 *
 * A day that some months don't have is their last one there, as Outlook has it: the 31st of a month is its
 * last day, the 30th is 28 or 29 February too. RFC 5545 alone would leave such months out.
 *
 * The pattern may not name the day of the start. Graph then moves the event to the first day that it does
 * name; that is the caller's to do, as is the range's `startDate`, which says nothing but the start again.
 * @param start of the event; the range's dates are meant in its zone where they name none
 * @throws GraphError 400 naming the part that is wrong
 */
export function ruleOfPattern(
  pattern: RecurrencePattern,
  range: RecurrenceRange,
  start: CalendarTime,
): Rule {
  return {
    ...everyRule(FREQUENCIES[pattern.type]),
    interval: pattern.interval,
    weekStart: weekday(pattern.firstDayOfWeek, 'FirstDayOfWeek'),
    ...daysOf(pattern),
    ...endOf(range, start),
  };
}

const FREQUENCIES = {
  daily: 'daily',
  weekly: 'weekly',
  absoluteMonthly: 'monthly',
  relativeMonthly: 'monthly',
  absoluteYearly: 'yearly',
  relativeYearly: 'yearly',
} as const;

function daysOf(pattern: RecurrencePattern): Partial<Rule> {
  const { type, month, dayOfMonth } = pattern;
  switch (type) {
    case 'daily':
      return {};
    case 'weekly':
      return { weekdays: weekdays(pattern) };
    case 'absoluteMonthly':
      return dayOrLast(dayOfMonth, undefined);
    case 'relativeMonthly':
      return nthWeekday(pattern);
    case 'absoluteYearly':
      return { months: [month], ...dayOrLast(dayOfMonth, month) };
    case 'relativeYearly':
      return { months: [month], ...nthWeekday(pattern) };
  }
}

const LEAP_YEAR = 2000;

/** How many days a month has at least and at most: that one of the year, or any. */
export function lengthsOf(month: number | undefined): readonly [number, number] {
  if (month === undefined) return [28, 31];
  const longest = daysInMonth(LEAP_YEAR, month);
  return [month === 2 ? 28 : longest, longest];
}

/** The day of the month, or the last one of a month that doesn't have it. */
function dayOrLast(day: number, month: number | undefined): Partial<Rule> {
  const [shortest, longest] = lengthsOf(month);
  if (day > longest) {
    throw invalidArgument(`[Recurrence.Pattern.DayOfMonth]: month ${month} has no day ${day}.`);
  }
  if (day <= shortest) return { monthDays: [day] };
  if (day === longest) return { monthDays: [-1] };
  // The last of those that the month has: each has 28.
  return { monthDays: [28, 29, 30].filter((each) => each <= day), positions: [-1] };
}

/** Several weekdays are counted together: "the event falls on the first day that satisfies the pattern". */
function nthWeekday(pattern: RecurrencePattern): Partial<Rule> {
  const nth = WEEK_INDEXES.get(pattern.index);
  if (nth === undefined) throw noneOf([...WEEK_INDEXES.keys()], pattern.index, 'Index');
  const days = weekdays(pattern);
  return days.length === 1
    ? { weekdays: days.map(({ day }) => ({ day, nth })) }
    : { weekdays: days, positions: [nth] };
}

function weekdays({ daysOfWeek }: RecurrencePattern): Rule['weekdays'] {
  if (daysOfWeek.length === 0) throw noneOf(DAYS_OF_WEEK, '', 'DaysOfWeek');
  const days = new Set(daysOfWeek.map((name) => weekday(name, 'DaysOfWeek')));
  return [...days].sort().map((day) => ({ day, nth: 0 }));
}

function weekday(name: string, part: string): Weekday {
  const at = DAYS_OF_WEEK.indexOf(name);
  if (at < 0) throw noneOf(DAYS_OF_WEEK, name, part);
  return (at + 1) as Weekday;
}

function noneOf(values: readonly string[], given: string, part: string): Error {
  return invalidArgument(
    `[Recurrence.Pattern.${part}]: '${shortened(given)}' is none of ${values.join(', ')}.`,
  );
}

function endOf(range: RecurrenceRange, start: CalendarTime): Pick<Rule, 'until' | 'count'> {
  const { type, endDate, numberOfOccurrences, recurrenceTimeZone } = range;
  if (type === 'noEnd') return { until: null, count: null };
  if (type === 'numbered') return { until: null, count: numberOfOccurrences };
  const [, year, month, day] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(endDate) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) {
    throw invalidArgument(
      `[Recurrence.Range.EndDate]: '${shortened(endDate)}' is no date such as 2026-11-21.`,
    );
  }
  const endOfDay = (dayOfDate(year, month, day) + 1) * DAY_MS - 1;
  const zone = recurrenceTimeZone === '' ? start.zone : zoneNamed(recurrenceTimeZone);
  if (zone === undefined) {
    throw invalidArgument(
      `[Recurrence.Range.RecurrenceTimeZone]: '${shortened(recurrenceTimeZone)}' is neither an IANA nor a Windows time zone name.`,
    );
  }
  // Where the event floats, so does its end.
  const isOfStart = zone === null || start.zone === null || zone.name === start.zone.name;
  const until = isOfStart ? { wall: endOfDay } : { instantMs: zone.instantOf(endOfDay) };
  return { until, count: null };
}
