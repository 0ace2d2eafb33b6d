import { DAY_MS, dayOfDate, daysInMonth, modulo } from '../days.ts';
import type { CalendarTime, Length, WallMs } from '../event.ts';
import { UTC } from '../zones.ts';
import { LONGEST_DAYS } from './bounds.ts';
import type { CalendarZones } from './calendar-zones.ts';
import { Unreadable } from './errors.ts';
import { type Property, parameterOf } from './property.ts';

/** A DATE, which floats, or a DATE-TIME. */
export interface Moment extends CalendarTime {
  readonly isDate: boolean;
}

/** Some writers leave out the seconds, some write a Z after a date. */
const WRITTEN = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?)?(Z)?$/i;

/**
 * The moment that a value means.
 * @param zones what its TZID, or its lack of one, means
 * @throws Unreadable
 */
export function momentOf(
  property: Property,
  value: string | undefined,
  zones: CalendarZones,
): Moment {
  const written = WRITTEN.exec(value ?? '');
  const wall = written === null ? Number.NaN : wallOf(written);
  if (written === null || Number.isNaN(wall)) {
    throw new Unreadable(`its ${property.name.toUpperCase()} is no date or time`);
  }
  const [, , , , hour, , , isUtc] = written;
  // A time that says it is a date: Apple's and some servers' all-day events, at midnight.
  const isDate = hour === undefined || (property.type === 'date' && isMidnight(wall) && !isUtc);
  if (isDate) return { wall, zone: null, isDate };
  if (isUtc) return { wall, zone: UTC, isDate };
  const tzid = parameterOf(property, 'tzid');
  return { wall, zone: tzid === undefined ? zones.floating : zones.named(tzid), isDate };
}

/** Its only value. @throws Unreadable */
export function onlyMomentOf(property: Property, zones: CalendarZones): Moment {
  return momentOf(property, property.values[0], zones);
}

/** NaN where the calendar or the clock has no such time. */
function wallOf(written: readonly (string | undefined)[]): WallMs {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = written
    .slice(1, 7)
    .map((part) => (part === undefined ? 0 : Number(part)));
  // A leap second is the last one that other clocks have.
  const isTime = hour <= 23 && minute <= 59 && second <= 60;
  const isDay = year >= 1 && month >= 1 && day >= 1 && day <= daysInMonth(year, month);
  if (!isDay || !isTime) return Number.NaN;
  const timeS = (hour * 60 + minute) * 60 + Math.min(second, 59);
  return dayOfDate(year, month, day) * DAY_MS + timeS * 1000;
}

/** The instant; of a time that floats, the one at which a clock in UTC shows it. */
export function instantOf({ wall, zone }: CalendarTime): number {
  return zone === null ? wall : zone.instantOf(wall);
}

/** The same instant, or for a time that floats the same wall clock, on that zone's clocks. */
export function wallIn(time: CalendarTime, zone: CalendarTime['zone']): WallMs {
  if (time.zone === null || zone === null || time.zone === zone) return time.wall;
  return zone.wallOf(time.zone.instantOf(time.wall));
}

/**
 * The day that a time stands for where a date was due: writers turn the midnight that they mean into
 * UTC, and it lies within 12 hours of the same midnight there.
 */
export function midnightOf({ wall, zone }: CalendarTime): WallMs {
  return zone === UTC ? nearestMidnight(wall) : wall - modulo(wall, DAY_MS);
}

export const nearestMidnight = (wall: WallMs): WallMs => Math.round(wall / DAY_MS) * DAY_MS;

export const isMidnight = (wall: WallMs): boolean => modulo(wall, DAY_MS) === 0;

const DURATION = /^([+-]?)P((?:T?\d{1,9}[WDHMS])*)T?$/i;

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000 };

/**
 * A duration's days are days on the wall clock, its hours pass as on a stopwatch (RFC 5545, section 3.3.6).
 * Some writers have the T before days too. A negative one is no length.
 * @throws Unreadable
 */
export function lengthOf(text: string | undefined): Length {
  const [, sign, parts = ''] = DURATION.exec(text ?? '') ?? [];
  if (sign === undefined) throw new Unreadable('its duration is none');
  let days = 0;
  let ms = 0;
  let isTime = false;
  for (const [, t, number, letter = ''] of parts.toUpperCase().matchAll(/(T?)(\d+)([WDHMS])/g)) {
    isTime ||= t !== '';
    const unitMs = UNIT_MS[letter];
    if (unitMs === undefined) days += Number(number) * (letter === 'W' ? 7 : 1);
    else if (isTime) ms += Number(number) * unitMs;
    else throw new Unreadable('its duration is none');
  }
  if (sign === '-' && (days > 0 || ms > 0)) throw new Unreadable('its duration is negative');
  if (days > LONGEST_DAYS || ms > LONGEST_DAYS * DAY_MS)
    throw new Unreadable('its duration is too long');
  return { days, ms };
}

/** Where a period ends, which says so, or how long it is. @throws Unreadable */
export function periodOf(
  property: Property,
  value: string,
  zones: CalendarZones,
): { readonly start: Moment; readonly end: Moment | Length } {
  const [from, to] = value.split('/', 2);
  const start = momentOf(property, from, zones);
  const isDuration = /^[+-]?P/i.test(to ?? '');
  return { start, end: isDuration ? lengthOf(to) : momentOf(property, to, zones) };
}
