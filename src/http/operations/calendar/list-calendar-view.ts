import { READ_CALENDAR } from '../../../auth/permissions.ts';
import { COLLECTION_QUERY } from '../../odata/page.ts';
import type { Route } from '../../route.ts';
import type { CalendarServices } from './calendar-services.ts';
import { calendarPaths, ownerOf } from './event-call.ts';
import { collectionReply, RANGE_QUERY, rangeOf } from './event-collection.ts';
import { eventsSchema } from './event-schema.ts';

/** Source: Graph, "List calendarView". */
export function listCalendarView({ calendars }: CalendarServices): Route {
  return {
    operation: 'listCalendarView',
    summary: "List what of a user's calendar lies in a range: single events and occurrences",
    method: 'GET',
    paths: calendarPaths('/calendarView'),
    access: READ_CALENDAR,
    query: { ...RANGE_QUERY, ...COLLECTION_QUERY },
    result: eventsSchema,
    async handle(call) {
      const range = rangeOf(call);
      const reply = collectionReply(call, '/calendarView');
      return reply(await calendars.view(ownerOf(call), range));
    },
  };
}
