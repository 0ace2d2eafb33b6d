import { Temporal } from 'temporal-polyfill';
import windowsIana from 'windows-iana';
import { shortened } from './duration.ts';
import { invalidArgument } from './error.ts';

/** Graph's `dateTimeTimeZone`: a wall-clock time without offset, and the zone it is meant in. */
export interface DateTimeTimeZone {
  readonly dateTime: string;
  readonly timeZone: string;
}

/** How Graph gives back an expiry that was never set (seen on the wire; not in its documentation). */
export const NO_EXPIRY: DateTimeTimeZone = {
  dateTime: '9999-12-31T00:00:00.0000000',
  timeZone: 'UTC',
};

/** Windows zone names in lower case, each with the zone of its main territory. */
const windowsZones = new Map(
  windowsIana.WINDOWS_TO_IANA_MAP.filter(({ territory }) => territory === '001').map(
    ({ windowsName, iana }) => [windowsName.toLowerCase(), iana[0]],
  ),
);

const WALL_CLOCK = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$/;

/**
 * The instant a `dateTimeTimeZone` means. Zones are IANA names or Windows names, in any case. A wall
 * clock that a daylight change skips or repeats takes the reading that RFC 5545 takes.
 * @returns Unix time in ms
 * @throws GraphError 400 naming the part that is wrong.
 */
export function parseInstant({ dateTime, timeZone }: DateTimeTimeZone, field: string): number {
  const zone = findZone(timeZone);
  if (zone === undefined) {
    throw invalidArgument(
      `[${field}.TimeZone]: '${shortened(timeZone)}' is neither an IANA nor a Windows time zone name.`,
    );
  }
  // The service writes seven digits of a second, and a trailing Z when the zone is UTC.
  const wallClock = dateTime.endsWith('Z') && zone === 'UTC' ? dateTime.slice(0, -1) : dateTime;
  try {
    if (!WALL_CLOCK.test(wallClock)) throw new RangeError('not a wall-clock time');
    return Temporal.PlainDateTime.from(wallClock).toZonedDateTime(zone).epochMilliseconds;
  } catch {
    throw invalidArgument(
      `[${field}.DateTime]: '${shortened(dateTime)}' is not a date and time without offset such as 2026-11-21T17:05:00.`,
    );
  }
}

/**
 * IANA's name, as this runtime has it, of a zone called by its IANA or Windows name in any case; `UTC` for
 * all of its names. Costs about a tenth of a millisecond.
 */
export function findZone(name: string): string | undefined {
  // Names only: newer runtimes would take offsets such as +05:00 for zones too.
  if (name.length > 64 || !/^[a-z]/i.test(name)) return undefined;
  if (/^(utc|gmt|etc\/utc)$/i.test(name)) return 'UTC';
  const windows = windowsZones.get(name.toLowerCase());
  if (windows !== undefined) return windows;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
