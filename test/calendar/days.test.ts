import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  DAY_MS,
  dateOf,
  dayOfDate,
  daysInMonth,
  startOfWeek,
  weekdayOf,
} from '../../src/calendar/days.ts';
import type { Weekday } from '../../src/calendar/event.ts';
import { weekNumbersOf, weekYearOf } from '../../src/calendar/weeks.ts';
import { at } from './events.ts';

const iso = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);
const dayOf = (text: string) => at(text) / DAY_MS;

test('days and dates are those of Date, in all years that are written with four digits', () => {
  for (let day = dayOf('0000-01-01'); day <= dayOf('9999-12-31'); day += 397) {
    const date = new Date(day * DAY_MS);
    const parts = dateOf(day);
    expect(parts).toEqual({
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
    });
    expect(dayOfDate(parts.year, parts.month, parts.day)).toBe(day);
    expect(weekdayOf(day)).toBe(date.getUTCDay() || 7);
  }
});

test('months have their days', () => {
  for (const year of [1900, 2000, 2023, 2024]) {
    for (let month = 1; month <= 12; month += 1) {
      expect(daysInMonth(year, month)).toBe(new Date(Date.UTC(year, month, 0)).getUTCDate());
    }
  }
});

test('a week begins on its first day, at most six days before', () => {
  const weekday = fc.integer({ min: 1, max: 7 }) as fc.Arbitrary<Weekday>;
  fc.assert(
    fc.property(fc.integer({ min: -1e6, max: 1e6 }), weekday, (day, weekStart) => {
      const start = startOfWeek(day, weekStart);
      expect(weekdayOf(start)).toBe(weekStart);
      expect(day - start).toBeGreaterThanOrEqual(0);
      expect(day - start).toBeLessThan(7);
    }),
  );
});

test.each([
  ['2026-01-01', 1, 2026, 1, -53],
  ['2025-12-29', 1, 2026, 1, -53],
  ['2025-12-28', 1, 2025, 52, -1],
  ['2026-12-31', 1, 2026, 53, -1],
  ['2027-01-03', 1, 2026, 53, -1],
  ['2027-01-04', 1, 2027, 1, -52],
  ['2026-01-03', 7, 2025, 53, -1],
  ['2026-01-04', 7, 2026, 1, -52],
] as const)(
  '%s, with weeks that begin on day %i, is in %i, week %i',
  (date, weekStart, year, week, last) => {
    const day = dayOf(date);
    expect(iso(day)).toBe(date);
    expect(weekYearOf(day, weekStart)).toBe(year);
    expect(weekNumbersOf(day, weekStart)).toEqual([week, last]);
  },
);
