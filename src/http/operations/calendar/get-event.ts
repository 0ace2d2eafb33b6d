import { READ_CALENDAR } from '../../../auth/permissions.ts';
import type { Route } from '../../route.ts';
import type { CalendarServices } from './calendar-services.ts';
import { calendarPaths, eventIdOf, ownerOf } from './event-call.ts';
import { eventReply } from './event-reply.ts';
import { eventSchema } from './event-schema.ts';

/** Source: Graph, "Get event". */
export function getEvent({ calendars }: CalendarServices): Route {
  return {
    operation: 'getEvent',
    summary: 'Get an event, a series or an occurrence',
    method: 'GET',
    paths: calendarPaths('/events/:event'),
    access: READ_CALENDAR,
    query: { $select: 'Properties, separated by commas.' },
    result: eventSchema,
    async handle(call) {
      const reply = eventReply(call);
      return reply(await calendars.get(ownerOf(call), eventIdOf(call)));
    },
  };
}
