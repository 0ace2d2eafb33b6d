import { type Day, dateOf, dayOfDate, startOfWeek } from './days.ts';
import type { Weekday } from './event.ts';

/**
 * The first day of a year that is counted in whole weeks: its first week is the first with at least four
 * days in the calendar year (RFC 5545, section 3.3.10, BYWEEKNO), which is the one with 4 January.
 */
export function firstDayOfWeekYear(year: number, weekStart: Weekday): Day {
  return startOfWeek(dayOfDate(year, 1, 4), weekStart);
}

/** The year to whose weeks a day belongs: about new year it may differ from the calendar's. */
export function weekYearOf(day: Day, weekStart: Weekday): number {
  const { year } = dateOf(day);
  if (day < firstDayOfWeekYear(year, weekStart)) return year - 1;
  return day < firstDayOfWeekYear(year + 1, weekStart) ? year : year + 1;
}

/** The number of a day's week in its year of weeks, from its start (1 is the first) and its end (-1 is the last). */
export function weekNumbersOf(day: Day, weekStart: Weekday): readonly [number, number] {
  const year = weekYearOf(day, weekStart);
  const week = Math.floor((day - firstDayOfWeekYear(year, weekStart)) / 7);
  const weeks = (firstDayOfWeekYear(year + 1, weekStart) - firstDayOfWeekYear(year, weekStart)) / 7;
  return [week + 1, week - weeks];
}
