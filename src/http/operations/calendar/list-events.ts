import { READ_CALENDAR } from '../../../auth/permissions.ts';
import { COLLECTION_QUERY } from '../../odata/page.ts';
import type { Route } from '../../route.ts';
import type { CalendarServices } from './calendar-services.ts';
import { calendarPaths, ownerOf } from './event-call.ts';
import { collectionReply } from './event-collection.ts';
import { eventsSchema } from './event-schema.ts';

/** Source: Graph, "List events". */
export function listEvents({ calendars }: CalendarServices): Route {
  return {
    operation: 'listEvents',
    summary: "List the single events and the series of a user's calendar",
    method: 'GET',
    paths: calendarPaths('/events'),
    access: READ_CALENDAR,
    query: COLLECTION_QUERY,
    result: eventsSchema,
    async handle(call) {
      const reply = collectionReply(call, '/events');
      return reply(await calendars.list(ownerOf(call)));
    },
  };
}
