import type {
  CalendarEvent,
  CalendarTime,
  Length,
  Recurrence,
  Slot,
  Zone,
} from '../../src/calendar/event.ts';
import { readRule } from '../../src/calendar/rrule.ts';
import { zoneNamed } from '../../src/calendar/zones.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export function zone(name: string): Zone {
  const found = zoneNamed(name);
  if (found === undefined) throw new Error(`there is no zone ${name}`);
  return found;
}

/** A wall clock such as `2026-01-05T09:00`, or the midnight of a date, as it shows in UTC. */
export function at(text: string): number {
  return Date.parse(text.includes('T') ? `${text}Z` : text);
}

/** A time such as `2026-01-05T09:00`, with a zone's name or floating. */
export function time(text: string, zoneName?: string): CalendarTime {
  return { wall: at(text), zone: zoneName === undefined ? null : zone(zoneName) };
}

export const lasting = (minutes: number): Length => ({ days: 0, ms: minutes * MINUTE_MS });

/** Busy for an hour. */
export function slot(start: CalendarTime, other: Partial<Slot> = {}): Slot {
  return {
    start,
    length: lasting(60),
    isAllDay: false,
    showAs: 'busy',
    isCancelled: false,
    response: 'none',
    isFocusTime: false,
    ...other,
  };
}

/** A day from midnight to midnight, or some. */
export function wholeDays(first: string, days = 1, other: Partial<Slot> = {}): Slot {
  const start = time(first);
  return slot(start, { length: { days, ms: 0 }, isAllDay: true, showAs: 'oof', ...other });
}

export const single = (of: Slot): CalendarEvent => ({ ...of, id: 'event', recurrence: null });

export function series(
  of: Slot,
  rule: string | readonly string[],
  other: Partial<Recurrence> = {},
): CalendarEvent {
  const rules = [rule].flat().map(readRule);
  return {
    ...of,
    id: 'series',
    recurrence: { rules, added: [], removed: [], moved: [], ...other },
  };
}
