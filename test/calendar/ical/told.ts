import { readFileSync } from 'node:fs';
import { Effort } from '../../../src/calendar/effort.ts';
import type { Zone } from '../../../src/calendar/event.ts';
import { type ReadCalendar, readCalendar } from '../../../src/calendar/ical/read-calendar.ts';
import { occurrences } from '../../../src/calendar/occurrences.ts';
import { UTC, zoneNamed } from '../../../src/calendar/zones.ts';

export const ADELE = { addresses: ['adele.vance@contoso.com', 'Adele@contoso.example'] };

export function feed(name: string): string {
  return readFileSync(new URL(`feeds/${name}.ics`, import.meta.url), 'utf8');
}

export function zone(name: string): Zone {
  const found = zoneNamed(name);
  if (found === undefined) throw new Error(`no zone ${name}`);
  return found;
}

/** A calendar of these lines, which have no VCALENDAR around them. */
export function calendar(...lines: readonly string[]): ReadCalendar {
  const text = ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');
  return readCalendar(text, ADELE);
}

/** A calendar of one event. */
export function event(...lines: readonly string[]): ReadCalendar {
  return calendar('BEGIN:VEVENT', 'UID:event', ...lines, 'END:VEVENT');
}

/** What takes place between two days (UTC), one line each, as `2026-03-23T08:30/08:45 busy accepted`. */
export function told(
  { events }: Pick<ReadCalendar, 'events'>,
  [from, to]: readonly [string, string],
  home: Zone = UTC,
): readonly string[] {
  const window = { fromMs: Date.parse(from), toMs: Date.parse(to) };
  return events
    .flatMap((each) => occurrences(each, window, home, Effort.forEvent(each.id)))
    .sort((one, other) => one.startsAtMs - other.startsAtMs)
    .map(({ startsAtMs, endsAtMs, slot }) =>
      [
        `${written(startsAtMs)}/${written(endsAtMs, written(startsAtMs).slice(0, 11))}`,
        slot.showAs,
        slot.response === 'none' ? '' : slot.response,
        slot.isAllDay ? 'all day' : '',
        slot.isFocusTime ? 'focus' : '',
        slot.isCancelled ? 'cancelled' : '',
      ]
        .filter(Boolean)
        .join(' '),
    );
}

/** To the minute, without the day where it is said already. */
function written(instantMs: number, day = ''): string {
  const text = new Date(instantMs).toISOString().slice(0, 16);
  return day !== '' && text.startsWith(day) ? text.slice(day.length) : text;
}
