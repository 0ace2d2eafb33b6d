import { type CivilDate, type Day, dateOf, dayOfDate, daysInMonth, weekdayOf } from './days.ts';
import type { Rule } from './event.ts';
import { weekNumbersOf } from './weeks.ts';

/** Those of a rule's parts that choose days. */
type DayParts = Pick<Rule, 'months' | 'weeks' | 'yearDays' | 'monthDays' | 'weekdays'>;

/**
 * Whether a rule's parts let a day through. RFC 5545 (section 3.3.10) speaks of parts that expand a period
 * and parts that limit it; of the days of one period both leave the same: those that every part names. Only
 * where no part says which day of the period is meant, the event's start says it.
 */
export function dayMatcher(rule: Rule, startDay: Day): (day: Day) => boolean {
  const parts = completed(rule, startDay);
  const months = setOf(parts.months);
  const weeks = setOf(parts.weeks);
  const yearDays = setOf(parts.yearDays);
  const monthDays = setOf(parts.monthDays);
  const weekdays = setOf(parts.weekdays.map(({ day, nth }) => weekdayKey(day, nth)));
  const isEachWeekday = parts.weekdays.every(({ nth }) => nth === 0);
  // A numbered weekday is one of the year where the rule says no month (the table's note 2).
  const isNthOfYear = rule.frequency === 'yearly' && months === null;
  const isByWeekdayAlone =
    isEachWeekday && !(months ?? weeks ?? yearDays ?? monthDays) && weekdays !== null;

  return (day) => {
    const weekday = weekdayOf(day);
    if (isEachWeekday && weekdays !== null && !weekdays.has(weekdayKey(weekday, 0))) return false;
    if (isByWeekdayAlone) return true;
    const date = dateOf(day);
    if (months !== null && !months.has(date.month)) return false;
    if (monthDays !== null && !hasOne(monthDays, placeInMonth(date))) return false;
    if (yearDays !== null && !hasOne(yearDays, placeInYear(day, date))) return false;
    if (weeks !== null && !hasOne(weeks, weekNumbersOf(day, rule.weekStart))) return false;
    if (isEachWeekday || weekdays === null) return true;
    const [fromStart, fromEnd] = isNthOfYear ? placeInYear(day, date) : placeInMonth(date);
    return (
      weekdays.has(weekdayKey(weekday, 0)) ||
      weekdays.has(weekdayKey(weekday, Math.ceil(fromStart / 7))) ||
      weekdays.has(weekdayKey(weekday, Math.floor(fromEnd / 7)))
    );
  };
}

/** The parts, with what "is derived from the start" (section 3.3.10) where they leave the day open. */
function completed(rule: Rule, startDay: Day): DayParts {
  const { frequency, months, weeks, yearDays, monthDays, weekdays } = rule;
  const isDayOpen = yearDays.length + monthDays.length + weekdays.length === 0;
  const start = dateOf(startDay);
  const onWeekday = { ...rule, weekdays: [{ day: weekdayOf(startDay), nth: 0 }] };
  if (frequency === 'weekly' && weekdays.length === 0) return onWeekday;
  if (frequency === 'monthly' && isDayOpen) return { ...rule, monthDays: [start.day] };
  if (frequency === 'yearly' && isDayOpen) {
    if (weeks.length > 0) return onWeekday;
    const month = months.length > 0 ? months : [start.month];
    return { ...rule, months: month, monthDays: [start.day] };
  }
  return rule;
}

/** Which day of its month it is, from its start (1 is the first) and its end (-1 is the last). */
function placeInMonth({ year, month, day }: CivilDate): readonly [number, number] {
  return [day, day - daysInMonth(year, month) - 1];
}

function placeInYear(day: Day, { year }: CivilDate): readonly [number, number] {
  return [day - dayOfDate(year, 1, 1) + 1, day - dayOfDate(year + 1, 1, 1)];
}

function hasOne(
  set: ReadonlySet<number>,
  [fromStart, fromEnd]: readonly [number, number],
): boolean {
  return set.has(fromStart) || set.has(fromEnd);
}

/** One number for a weekday with its place, of which there are fewer than 64 either way. */
function weekdayKey(weekday: number, nth: number): number {
  return weekday * 128 + nth;
}

/** Null says nothing, where the empty set would let nothing through. */
function setOf(values: readonly number[]): ReadonlySet<number> | null {
  return values.length === 0 ? null : new Set(values);
}
