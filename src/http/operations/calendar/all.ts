import type { Route } from '../../route.ts';
import { answerEvent, cancelEvent } from './answer-event.ts';
import type { CalendarServices } from './calendar-services.ts';
import { createEvent } from './create-event.ts';
import { deleteEvent } from './delete-event.ts';
import { getEvent } from './get-event.ts';
import { listCalendarView } from './list-calendar-view.ts';
import { listEvents } from './list-events.ts';
import { listInstances } from './list-instances.ts';
import { updateEvent } from './update-event.ts';

/** Every operation of Graph's on a calendar that Porchlight has. */
export function calendarRoutes(services: CalendarServices): readonly Route[] {
  return [
    createEvent(services),
    listEvents(services),
    listCalendarView(services),
    getEvent(services),
    updateEvent(services),
    deleteEvent(services),
    listInstances(services),
    ...answerEvent(services),
    cancelEvent(services),
  ];
}
