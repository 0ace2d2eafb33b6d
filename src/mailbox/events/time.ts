import type { WallMs, Zone } from '../../calendar/event.ts';
import { zoneNamed } from '../../calendar/zones.ts';
import type { DateTimeTimeZone } from '../../graph/date-time-zone.ts';
import { shortened } from '../../graph/duration.ts';
import { invalidArgument } from '../../graph/error.ts';

const FORM = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?)?(Z)?$/;

/** The years that Outlook's calendar knows. */
const FIRST_YEAR = 1601;
const LAST_YEAR = 4500;

export interface ZonedWall {
  readonly wall: WallMs;
  readonly zone: Zone;
}

/**
 * Reads a `dateTimeTimeZone` as a wall clock in whole seconds. A date alone is its midnight. The zone is an
 * IANA or Windows name, in any case; a trailing Z is let pass where it is UTC.
 * @throws GraphError 400 naming the part that is wrong
 */
export function readZoned({ dateTime, timeZone }: DateTimeTimeZone, field: string): ZonedWall {
  const zone = zoneOf(timeZone, `${field}.TimeZone`);
  const wall = readWall(dateTime, zone.name === 'UTC');
  if (wall === undefined) {
    throw invalidArgument(
      `[${field}.DateTime]: '${shortened(dateTime)}' is not a date and time without offset such as 2026-11-21T17:05:00, from ${FIRST_YEAR} to ${LAST_YEAR}.`,
    );
  }
  return { wall, zone };
}

/** @throws GraphError 400 naming the field */
export function zoneOf(name: string, field: string): Zone {
  const zone = zoneNamed(name);
  if (zone !== undefined) return zone;
  throw invalidArgument(
    `[${field}]: '${shortened(name)}' is neither an IANA nor a Windows time zone name.`,
  );
}

function readWall(text: string, mayBeUtc: boolean): WallMs | undefined {
  if (text.length > 40) return undefined;
  const match = FORM.exec(text);
  if (match === null || (match[7] !== undefined && !mayBeUtc)) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  if (year < FIRST_YEAR || year > LAST_YEAR) return undefined;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  // What doesn't exist, such as 31 November or 25 o'clock, comes back as something else.
  return new Date(wall).toISOString().startsWith(writeSeconds(match)) ? wall : undefined;
}

function writeSeconds([, year, month, day, hour = '00', minute = '00', second = '00']: string[]) {
  return `${year}-${month}-${day}T${hour}:${minute}:${second}`;
}

/** `2026-11-21T10:00:00.0000000`: a wall clock as the real service writes it. */
export function writeWall(wall: WallMs): string {
  return new Date(wall).toISOString().replace('Z', '0000');
}

/** `2026-11-21T09:00:00Z`: an instant as the real service writes `originalStart`. */
export function writeInstant(instantMs: number): string {
  return new Date(instantMs).toISOString().replace('.000Z', 'Z');
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** A date as the wall clock of its midnight; undefined when it is none. */
export function readDate(text: string): WallMs | undefined {
  return DATE.test(text) ? readWall(text, false) : undefined;
}
