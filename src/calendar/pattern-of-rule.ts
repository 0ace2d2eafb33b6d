import { DAY_MS, type Day, dateOf, dayOf, modulo, weekdayOf } from './days.ts';
import type { CalendarTime, Rule, WallMs } from './event.ts';
import {
  DAYS_OF_WEEK,
  lengthsOf,
  NO_DATE,
  type RecurrencePattern,
  type RecurrenceRange,
  WEEK_INDEXES,
} from './pattern.ts';

type Days = Pick<RecurrencePattern, 'type'> & Partial<RecurrencePattern>;

/**
 * Graph's pattern and range of a rule, with the values that the real service gives the parts that don't
 * count. Undefined where they can't say it: several days of the month, months that are left out for being
 * short, times of day, … `ruleOfPattern` makes of them a rule with the same occurrences.
 * @param start of the event, from which a rule takes what it doesn't say
 */
export function patternOfRule(
  rule: Rule,
  start: CalendarTime,
): { readonly pattern: RecurrencePattern; readonly range: RecurrenceRange } | undefined {
  const days = timesAreOf(start.wall, rule) ? daysOf(rule, start.wall) : undefined;
  const range = rangeOf(rule, start);
  if (days === undefined || range === undefined) return undefined;
  const pattern = {
    interval: rule.interval,
    month: 0,
    dayOfMonth: 0,
    daysOfWeek: [],
    firstDayOfWeek: DAYS_OF_WEEK[rule.weekStart - 1] ?? 'sunday',
    index: 'first',
    ...days,
  };
  return { pattern, range };
}

function daysOf(rule: Rule, start: WallMs): Days | undefined {
  const { frequency, months, weekdays } = rule;
  const hasOnly = (...parts: (typeof PARTS)[number][]) =>
    PARTS.every((part) => rule[part].length === 0 || parts.includes(part));
  const ofStart = dateOf(dayOf(start));
  switch (frequency) {
    case 'daily':
      return hasOnly() ? { type: 'daily' } : undefined;
    case 'weekly': {
      if (!hasOnly('weekdays') || weekdays.some(({ nth }) => nth !== 0)) return undefined;
      const days = weekdays.length > 0 ? weekdays : [{ day: weekdayOf(dayOf(start)), nth: 0 }];
      return { type: 'weekly', daysOfWeek: names(days) };
    }
    case 'monthly': {
      if (!hasOnly('monthDays', 'weekdays', 'positions')) return undefined;
      const dayOfMonth = dayOfMonthOf(rule, ofStart.day);
      if (dayOfMonth !== undefined) return { type: 'absoluteMonthly', dayOfMonth };
      const nth = nthWeekdayOf(rule);
      return nth && { type: 'relativeMonthly', ...nth };
    }
    case 'yearly': {
      // Without a month, days are those of each month, and numbered weekdays those of the year.
      const [month = hasOnly() ? ofStart.month : undefined] = months;
      if (!hasOnly('months', 'monthDays', 'weekdays', 'positions')) return undefined;
      if (month === undefined || months.length > 1) return undefined;
      const dayOfMonth = dayOfMonthOf(rule, ofStart.day, month);
      if (dayOfMonth !== undefined) return { type: 'absoluteYearly', month, dayOfMonth };
      const nth = nthWeekdayOf(rule);
      return nth && { type: 'relativeYearly', month, ...nth };
    }
    default:
      return undefined;
  }
}

/** What may choose days. */
const PARTS = ['months', 'weeks', 'yearDays', 'monthDays', 'weekdays', 'positions'] as const;

/** The day of the month that a rule means, where it means one in each month that it names. */
function dayOfMonthOf(rule: Rule, startDay: number, month?: number): number | undefined {
  const { monthDays, weekdays, positions } = rule;
  if (weekdays.length > 0) return undefined;
  const [shortest, longest] = lengthsOf(month);
  const [day = startDay] = monthDays;
  if (monthDays.length <= 1 && positions.length === 0) {
    if (day === -1) return longest;
    return day > 0 && day <= shortest ? day : undefined;
  }
  // Or the last of those that the month has.
  const last = 27 + monthDays.length;
  const isLast = String(positions) === '-1' && monthDays.every((each, at) => each === 28 + at);
  return isLast && last <= longest ? last : undefined;
}

function nthWeekdayOf(rule: Rule): Pick<RecurrencePattern, 'daysOfWeek' | 'index'> | undefined {
  const { monthDays, weekdays, positions } = rule;
  if (monthDays.length > 0) return undefined;
  // Of one weekday its number may be said either way, several are counted together.
  const numbers = weekdays.map(({ nth }) => nth).filter((nth) => nth !== 0);
  const [place, ...others] = weekdays.length === 1 ? [...numbers, ...positions] : positions;
  if (others.length > 0 || (weekdays.length > 1 && numbers.length > 0)) return undefined;
  const index = [...WEEK_INDEXES].find(([, each]) => each === place)?.[0];
  return index === undefined ? undefined : { daysOfWeek: names(weekdays), index };
}

function names(weekdays: Rule['weekdays']): readonly string[] {
  return weekdays.flatMap(({ day }) => DAYS_OF_WEEK[day - 1] ?? []);
}

/** A rule may repeat the time of day that its start has anyway. */
function timesAreOf(start: WallMs, { hours, minutes, seconds }: Rule): boolean {
  const second = Math.floor(modulo(start, DAY_MS) / 1000);
  const isOnly = (values: readonly number[], value: number) =>
    values.every((each) => each === value);
  return (
    isOnly(hours, Math.floor(second / 3600)) &&
    isOnly(minutes, Math.floor(second / 60) % 60) &&
    isOnly(seconds, second % 60)
  );
}

function rangeOf(
  { until, count }: Rule,
  { wall, zone }: CalendarTime,
): RecurrenceRange | undefined {
  if (until !== null && count !== null) return undefined;
  const startDate = written(dayOf(wall));
  const recurrenceTimeZone = zone?.name ?? '';
  const numberOfOccurrences = count ?? 0;
  const common = { startDate, recurrenceTimeZone, numberOfOccurrences };
  if (count !== null) return { type: 'numbered', endDate: NO_DATE, ...common };
  if (until === null) return { type: 'noEnd', endDate: NO_DATE, ...common };
  const last = 'wall' in until ? until.wall : (zone?.wallOf(until.instantMs) ?? until.instantMs);
  // The last day at whose time of the start it isn't over yet. The start itself is there in any case.
  const days = Math.max(0, Math.floor((last - wall) / DAY_MS));
  return { type: 'endDate', endDate: written(dayOf(wall) + days), ...common };
}

function written(day: Day): string {
  const { year, month, day: ofMonth } = dateOf(day);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(ofMonth)}`;
}
