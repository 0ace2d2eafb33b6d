import { DAY_MS } from '../days.ts';
import type { CalendarEvent, Length, ShowAs } from '../event.ts';
import { MOST_EVENTS } from './bounds.ts';
import type { CalendarZones } from './calendar-zones.ts';
import { type Component, place } from './components.ts';
import { BadCalendar, Unreadable } from './errors.ts';
import { ofItsOwn } from './own-text.ts';
import { type Property, parameterOf } from './property.ts';
import { readableIn, readableOf, textIn } from './reading.ts';
import type { Remarks } from './remarks.ts';
import { allDay, until, type When } from './slot.ts';
import { instantOf, isMidnight, type Moment, periodOf as timesOf } from './times.ts';

/** "Applications MUST treat x-name and iana-token values they don't recognize as BUSY" (RFC 5545, section 3.2.9). */
const SHOW_AS: ReadonlyMap<string, ShowAs> = new Map([
  ['FREE', 'free'],
  ['BUSY-UNAVAILABLE', 'oof'],
  ['BUSY-TENTATIVE', 'tentative'],
]);

/**
 * The periods of a VFREEBUSY, each as an event of which nothing else is known.
 * @throws BadCalendar when there are too many.
 */
export function periodsOf(
  component: Component,
  zones: CalendarZones,
  doubts: Remarks,
): readonly CalendarEvent[] {
  const uid = ofItsOwn(textIn(component, 'uid') ?? '') || place(component);
  const doubt = (why: string) => doubts.add(place(component), why);
  const values = readableOf(component, 'freebusy', doubt).flatMap((property) =>
    property.values.filter((value) => value !== '').map((value) => ({ property, value })),
  );
  if (values.length > MOST_EVENTS) throw tooMany();
  const read = ({ property, value }: { readonly property: Property; readonly value: string }) => {
    const { start, end } = timesOf(property, value, zones);
    const length = until(start, end);
    if (length.days < 0 || length.ms < 0) throw new Unreadable('has a period that ends first');
    const type = parameterOf(property, 'fbtype')?.trim().toUpperCase() ?? 'BUSY';
    return { ...whenOf(start, length, zones), showAs: SHOW_AS.get(type) ?? 'busy' };
  };
  return readableIn(values, read, doubt).map((period, at) => ({
    id: `${uid} ${at + 1}`,
    ...period,
    isCancelled: false,
    response: 'none',
    isFocusTime: false,
    recurrence: null,
  }));
}

/** Periods are events to who bounds them. */
export const tooMany = () => new BadCalendar(`more than ${MOST_EVENTS} periods of VFREEBUSY`);

/**
 * A period from midnight to midnight, where the calendar is or in UTC, is what is left of an event of whole
 * days. As a period it would keep its owner in a meeting day and night.
 */
function whenOf(start: Moment, length: Length, zones: CalendarZones): When {
  const { wall, zone } = start;
  if (start.isDate) return allDay(wall, length.days + Math.ceil(length.ms / DAY_MS));
  const startMs = instantOf(start);
  const endMs = instantOf({ wall: wall + length.days * DAY_MS, zone }) + length.ms;
  for (const place of [zones.floating, zone]) {
    const [from, to] = [startMs, endMs].map((each) => place?.wallOf(each) ?? each);
    if (from === undefined || to === undefined || to <= from) continue;
    if (isMidnight(from) && isMidnight(to)) return allDay(from, (to - from) / DAY_MS);
  }
  return { start: { wall, zone }, length, isAllDay: false };
}
