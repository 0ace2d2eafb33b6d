import { WRITE_CALENDAR } from '../../../auth/permissions.ts';
import { NO_CONTENT, type Route } from '../../route.ts';
import type { CalendarServices } from './calendar-services.ts';
import { calendarPaths, eventIdOf, ownerOf } from './event-call.ts';
import { ifMatch } from './event-condition.ts';

/** Source: Graph, "Delete event". */
export function deleteEvent({ calendars }: CalendarServices): Route {
  return {
    operation: 'deleteEvent',
    summary: 'Delete an event, a series or an occurrence',
    method: 'DELETE',
    paths: calendarPaths('/events/:event'),
    access: WRITE_CALENDAR,
    success: 204,
    async handle(call) {
      await calendars.remove(ownerOf(call), call.caller.appId, eventIdOf(call), ifMatch(call));
      return NO_CONTENT;
    },
  };
}
