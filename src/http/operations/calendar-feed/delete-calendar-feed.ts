import { WRITE_CALENDAR_FEED } from '../../../auth/permissions.ts';
import { NO_CONTENT, type Route } from '../../route.ts';
import { calendarFeedPaths, type FeedServices, noFeed, ownerOf } from './feed-services.ts';

/** Forgets a user's calendar feed, with all that it said of their time. */
export function deleteCalendarFeed({ feeds, directory }: FeedServices): Route {
  return {
    operation: 'deleteCalendarFeed',
    summary: "Forget a user's calendar feed, and what it said",
    method: 'DELETE',
    paths: calendarFeedPaths(),
    access: WRITE_CALENDAR_FEED,
    success: 204,
    async handle(call) {
      if (!(await feeds.remove(ownerOf(call, directory)))) throw noFeed();
      return NO_CONTENT;
    },
  };
}
