import type { Calendars } from '../../../mailbox/events/calendars.ts';

/** What operations on calendars work with. */
export interface CalendarServices {
  readonly calendars: Calendars;
}
