import type { Static } from 'typebox';
import { WRITE_CALENDAR } from '../../../auth/permissions.ts';
import type { Route } from '../../route.ts';
import type { CalendarServices } from './calendar-services.ts';
import { noteAdditions } from './event-additions.ts';
import { calendarAddress, calendarPaths, ownerOf } from './event-call.ts';
import { writtenReply } from './event-reply.ts';
import { eventSchema, newEventSchema } from './event-schema.ts';

/** Source: Graph, "Create event". */
export function createEvent({ calendars }: CalendarServices): Route {
  return {
    operation: 'createEvent',
    summary: "Create an event in a user's calendar",
    method: 'POST',
    paths: calendarPaths('/events'),
    access: WRITE_CALENDAR,
    body: newEventSchema,
    success: 201,
    result: eventSchema,
    async handle(call) {
      const reply = writtenReply(call);
      const input = call.body as Static<typeof newEventSchema>;
      noteAdditions(input, call.additions);
      const event = await calendars.create(ownerOf(call), call.caller.appId, input);
      const { headers, ...rest } = reply(event);
      const location = calendarAddress(call, `/events/${event.id}`);
      return { ...rest, status: 201, headers: { ...headers, location } };
    },
  };
}
