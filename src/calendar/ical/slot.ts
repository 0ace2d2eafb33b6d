import { DAY_MS, modulo } from '../days.ts';
import type { CalendarTime, Length, WallMs } from '../event.ts';
import { UTC } from '../zones.ts';
import { LONGEST_OCCURRENCE_DAYS } from './bounds.ts';
import type { CalendarZones } from './calendar-zones.ts';
import type { Component } from './components.ts';
import { firstOf, wordOf } from './reading.ts';
import {
  instantOf,
  isMidnight,
  lengthOf,
  type Moment,
  midnightOf,
  nearestMidnight,
  onlyMomentOf,
  wallIn,
} from './times.ts';

/** When something is. */
export interface When {
  readonly start: CalendarTime;
  readonly length: Length;
  readonly isAllDay: boolean;
}

const HOUR_MS = 3_600_000;
const NOTHING: Length = { days: 0, ms: 0 };

/**
 * When an event is (RFC 5545, sections 3.6.1 and 3.8.2.2). Without an end a date is that day, and a time has no
 * length. So has what ends before it begins.
 * @param start its DTSTART
 * @param doubt hears what is odd about it
 * @throws Unreadable
 */
export function whenOf(
  event: Component,
  start: Moment,
  zones: CalendarZones,
  doubt: (why: string) => void,
): When {
  const dtend = firstOf(event, 'dtend');
  const duration = firstOf(event, 'duration');
  const end = dtend && onlyMomentOf(dtend, zones);
  const length =
    end !== undefined
      ? until(start, end)
      : duration === undefined
        ? NOTHING
        : lengthOf(duration.values[0]);
  if (length.days < 0 || length.ms < 0) doubt('ends before it begins');

  if (start.isDate) return allDay(start.wall, length.days + Math.ceil(length.ms / DAY_MS));
  const { wall, zone } = start;
  const timed = {
    start: { wall, zone },
    length: length.ms < 0 ? NOTHING : length,
    isAllDay: false,
  };
  return (isMarkedAllDay(event) && wholeDays(timed)) || timed;
}

/**
 * What lies between two times: for a DATE days, otherwise what a stopwatch shows ("the same exact duration"
 * for each occurrence, section 3.8.5.3).
 */
export function until(start: Moment, end: Moment | Length): Length {
  if ('days' in end) return end;
  if (start.isDate) {
    const whole = end.isDate || isMidnight(end.wall) ? midnightOf(end) : midnightOf(end) + DAY_MS;
    return { days: (whole - start.wall) / DAY_MS, ms: 0 };
  }
  // A time without a zone beside one with a zone is meant where that one is.
  if (start.zone === null) return { days: 0, ms: end.wall - start.wall };
  return { days: 0, ms: instantOf({ ...end, zone: end.zone ?? start.zone }) - instantOf(start) };
}

export function allDay(midnight: WallMs, days: number): When {
  return {
    start: { wall: midnight, zone: null },
    length: { days: Math.max(1, days), ms: 0 },
    isAllDay: true,
  };
}

export function isLongerThanAYear({ days, ms }: Length): boolean {
  return days + ms / DAY_MS > LONGEST_OCCURRENCE_DAYS;
}

function isMarkedAllDay(event: Component): boolean {
  return (
    wordOf(event, 'x-microsoft-cdo-alldayevent') === 'TRUE' ||
    wordOf(event, 'x-microsoft-msncalendar-alldayevent') === 'TRUE'
  );
}

/**
 * The days that Exchange means with times from midnight to midnight. In UTC they are midnights of
 * somewhere, an hour more or less apart where a daylight change lies between; null when they are no midnights.
 */
function wholeDays({ start, length }: When): When | null {
  const endMs = instantOf({ ...start, wall: start.wall + length.days * DAY_MS }) + length.ms;
  const end = wallIn({ wall: endMs, zone: UTC }, start.zone);
  const days = Math.round((end - start.wall) / DAY_MS);
  if (days < 1) return null;
  if (start.zone === UTC) {
    const isWhole = Math.abs(end - start.wall - days * DAY_MS) <= HOUR_MS;
    return isWhole ? allDay(nearestMidnight(start.wall), days) : null;
  }
  return isMidnight(start.wall) && isMidnight(end) ? allDay(start.wall, days) : null;
}

/**
 * A time that names an occurrence of a series, as the series would have it: the day of what lasts all day,
 * and with the time of the day where a time is due and only a date is said, as old Exchange servers do.
 */
export function asStartOf(series: When, { wall, zone, isDate }: Moment): CalendarTime {
  if (series.isAllDay) return { wall: midnightOf({ wall, zone }), zone: null };
  if (isDate) return { wall: wall + modulo(series.start.wall, DAY_MS), zone: series.start.zone };
  return { wall, zone: zone ?? series.start.zone };
}

/** Undefined when it doesn't say. @throws Unreadable */
export function startOf(event: Component, zones: CalendarZones): Moment | undefined {
  const start = firstOf(event, 'dtstart') ?? firstOf(event, 'recurrence-id');
  if (start === undefined) return undefined;
  return onlyMomentOf(start, zones);
}
