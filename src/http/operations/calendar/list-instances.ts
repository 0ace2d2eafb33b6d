import { READ_CALENDAR } from '../../../auth/permissions.ts';
import { COLLECTION_QUERY } from '../../odata/page.ts';
import type { Route } from '../../route.ts';
import type { CalendarServices } from './calendar-services.ts';
import { calendarPaths, eventIdOf, ownerOf } from './event-call.ts';
import { collectionReply, RANGE_QUERY, rangeOf } from './event-collection.ts';
import { eventsSchema } from './event-schema.ts';

/** Source: Graph, "List instances". */
export function listInstances({ calendars }: CalendarServices): Route {
  return {
    operation: 'listInstances',
    summary: 'List the occurrences of a series that lie in a range',
    method: 'GET',
    paths: calendarPaths('/events/:event/instances'),
    access: READ_CALENDAR,
    query: { ...RANGE_QUERY, ...COLLECTION_QUERY },
    result: eventsSchema,
    async handle(call) {
      const range = rangeOf(call);
      const id = eventIdOf(call);
      const reply = collectionReply(call, `/events/${encodeURIComponent(id)}/instances`);
      return reply(await calendars.instances(ownerOf(call), id, range));
    },
  };
}
