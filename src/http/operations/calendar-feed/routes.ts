import type { Route } from '../../route.ts';
import { deleteCalendarFeed } from './delete-calendar-feed.ts';
import type { FeedServices } from './feed-services.ts';
import { getCalendarFeed } from './get-calendar-feed.ts';
import { refreshCalendarFeed } from './refresh-calendar-feed.ts';
import { setCalendarFeed } from './set-calendar-feed.ts';

/** The operations of Porchlight's own by which a person's calendar is fetched from elsewhere. */
export function calendarFeedRoutes(services: FeedServices): readonly Route[] {
  return [
    getCalendarFeed(services),
    setCalendarFeed(services),
    deleteCalendarFeed(services),
    refreshCalendarFeed(services),
  ];
}
