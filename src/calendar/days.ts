import type { WallMs, Weekday } from './event.ts';

/**
 * Days of the Gregorian calendar as numbers: 1970-01-01 is 0. Arithmetic rather than `Date`, which is
 * slower, reads the years 0 to 99 as of the 20th century, and ends in NaN.
 */
export type Day = number;

export const DAY_MS = 86_400_000;

export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

export function dayOf(wall: WallMs): Day {
  return Math.floor(wall / DAY_MS);
}

// Years are counted from March here: the leap day is their last, and months follow a line of 153 days to
// five. 400 years are 146,097 days, and 719,468 days lie between 0000-03-01 and 1970-01-01.

export function dayOfDate(year: number, month: number, day: number): Day {
  const fromMarch = (month + 9) % 12;
  const marchYear = fromMarch < 10 ? year : year - 1;
  const leapDays =
    Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return 365 * marchYear + leapDays + Math.floor((153 * fromMarch + 2) / 5) + day - 1 - 719_468;
}

export function dateOf(day: Day): CivilDate {
  const sinceMarch0 = day + 719_468;
  const era = Math.floor(sinceMarch0 / 146_097);
  const dayOfEra = sinceMarch0 - era * 146_097;
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear =
    dayOfEra - 365 * yearOfEra - Math.floor(yearOfEra / 4) + Math.floor(yearOfEra / 100);
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  return {
    year: era * 400 + yearOfEra + (fromMarch < 10 ? 0 : 1),
    month: fromMarch < 10 ? fromMarch + 3 : fromMarch - 9,
    day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** @param month 1 to 12 */
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (MONTH_LENGTHS[month - 1] ?? Number.NaN);
}

export function weekdayOf(day: Day): Weekday {
  return (modulo(day + 3, 7) + 1) as Weekday;
}

/** The last `weekStart` that isn't after the day. */
export function startOfWeek(day: Day, weekStart: Weekday): Day {
  return day - modulo(day + 4 - weekStart, 7);
}

/** The remainder that is never negative. */
export function modulo(value: number, divisor: number): number {
  return value - Math.floor(value / divisor) * divisor;
}
