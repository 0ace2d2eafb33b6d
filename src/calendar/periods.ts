import { DAY_MS, dateOf, dayOf, dayOfDate, modulo, startOfWeek } from './days.ts';
import type { Frequency, Rule, WallMs } from './event.ts';
import { firstDayOfWeekYear, weekYearOf } from './weeks.ts';

/** The years, months, … of a rule's frequency, numbered without gaps. */
export interface Periods {
  /** The number of the one in which a wall clock lies. */
  of(wall: WallMs): number;
  beginOf(period: number): WallMs;
}

/** The frequencies with periods shorter than a day, with their lengths in ms. */
export const SHORT_PERIODS_MS: Partial<Record<Frequency, number>> = {
  hourly: 3_600_000,
  minutely: 60_000,
  secondly: 1000,
};

export function periodsOf({ frequency, weekStart, weeks }: Rule): Periods {
  if (frequency === 'yearly') {
    // A year that is divided into weeks has the days of its weeks, some of them before or after it.
    return weeks.length === 0
      ? {
          of: (wall) => dateOf(dayOf(wall)).year,
          beginOf: (year) => dayOfDate(year, 1, 1) * DAY_MS,
        }
      : {
          of: (wall) => weekYearOf(dayOf(wall), weekStart),
          beginOf: (year) => firstDayOfWeekYear(year, weekStart) * DAY_MS,
        };
  }
  if (frequency === 'monthly') {
    return {
      of: (wall) => {
        const { year, month } = dateOf(dayOf(wall));
        return year * 12 + month - 1;
      },
      beginOf: (month) => dayOfDate(Math.floor(month / 12), modulo(month, 12) + 1, 1) * DAY_MS,
    };
  }
  const firstMs = frequency === 'weekly' ? startOfWeek(0, weekStart) * DAY_MS : 0;
  const lengthMs = frequency === 'weekly' ? 7 * DAY_MS : (SHORT_PERIODS_MS[frequency] ?? DAY_MS);
  return {
    of: (wall) => Math.floor((wall - firstMs) / lengthMs),
    beginOf: (period) => firstMs + period * lengthMs,
  };
}
