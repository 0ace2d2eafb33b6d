import type { CalendarEvent } from '../event.ts';
import { MOST_EVENTS } from './bounds.ts';
import { calendarZones } from './calendar-zones.ts';
import { place, readComponents } from './components.ts';
import { readableIn, textIn, wordOf } from './reading.ts';
import { type Remark, Remarks } from './remarks.ts';
import { eventsOf } from './series.ts';
import type { CalendarOwner } from './standing.ts';
import { type Version, versionOf } from './vevent.ts';
import { periodsOf, tooMany } from './vfreebusy.ts';

export interface ReadCalendar {
  readonly events: readonly CalendarEvent[];
  /** Components that were left out, and why. */
  readonly skipped: readonly Remark[];
  /** What was read, though something about it is odd, and how. */
  readonly doubts: readonly Remark[];
}

/** Messages about an event rather than events: what an attendee answers, asks or proposes (RFC 5546). */
const NOT_EVENTS = new Set(['REPLY', 'COUNTER', 'DECLINECOUNTER', 'REFRESH']);

/**
 * The events of an iCalendar text (RFC 5545), which may be several calendars one after the other. A component
 * that can't be read is left out, and the others are read.
 * @param text decoded; a byte-order mark may stand before it
 * @param owner whose calendar it is: their answers to invitations are theirs
 * @throws BadCalendar when the text is no calendar, was cut off, or is larger than `bounds.ts` allows. Nothing
 *   else, whatever the text.
 */
export function readCalendar(text: string, owner: CalendarOwner): ReadCalendar {
  const skipped = new Remarks();
  const doubts = new Remarks();
  const addresses = owner.addresses.map((address) => address.toLowerCase()).filter(Boolean);
  const isAboutOwner = (line: string) => {
    const lower = line.toLowerCase();
    return addresses.some((address) => lower.includes(address));
  };

  const versions: Version[] = [];
  const periods: CalendarEvent[] = [];
  for (const calendar of readComponents(text, isAboutOwner, skipped)) {
    const zones = calendarZones(calendar, doubts);
    const method = wordOf(calendar, 'method') ?? '';
    const circumstances = {
      owner: { addresses },
      isCallingOff: method === 'CANCEL',
      isGoogles: /\bgoogle\b/i.test(textIn(calendar, 'prodid') ?? ''),
    };
    for (const part of calendar.parts) {
      if (part.name === 'vfreebusy') {
        const more = periodsOf(part, zones, doubts);
        if (periods.length + more.length > MOST_EVENTS) throw tooMany();
        for (const period of more) periods.push(period);
      }
      if (part.name !== 'vevent') continue;
      if (NOT_EVENTS.has(method)) {
        skipped.add(place(part), `is no event but a message about one (${method})`);
        continue;
      }
      const skip = (why: string) => skipped.add(place(part), why);
      const read = () => versionOf(part, zones, circumstances, doubts);
      versions.push(...readableIn([part], read, skip));
    }
  }
  const events = [...eventsOf(versions, doubts), ...periods];
  return { events, skipped: skipped.all(), doubts: doubts.all() };
}
