import type { Static } from 'typebox';
import { WRITE_CALENDAR } from '../../../auth/permissions.ts';
import type { Route } from '../../route.ts';
import type { CalendarServices } from './calendar-services.ts';
import { noteAdditions } from './event-additions.ts';
import { calendarPaths, eventIdOf, ownerOf } from './event-call.ts';
import { ifMatch } from './event-condition.ts';
import { writtenReply } from './event-reply.ts';
import { eventChangeSchema, eventSchema } from './event-schema.ts';

/** Source: Graph, "Update event". */
export function updateEvent({ calendars }: CalendarServices): Route {
  return {
    operation: 'updateEvent',
    summary: 'Change an event, a series or an occurrence',
    method: 'PATCH',
    paths: calendarPaths('/events/:event'),
    access: WRITE_CALENDAR,
    body: eventChangeSchema,
    result: eventSchema,
    async handle(call) {
      const reply = writtenReply(call);
      const { transactionId: _, ...input } = call.body as Static<typeof eventChangeSchema>;
      noteAdditions(input, call.additions);
      const { appId } = call.caller;
      const id = eventIdOf(call);
      return reply(await calendars.update(ownerOf(call), appId, id, input, ifMatch(call)));
    },
  };
}
