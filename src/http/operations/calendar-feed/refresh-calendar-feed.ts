import { WRITE_CALENDAR_FEED } from '../../../auth/permissions.ts';
import type { Route } from '../../route.ts';
import { feedReply, feedSchema } from './feed-reply.ts';
import { calendarFeedPaths, type FeedServices, noFeed, ownerOf } from './feed-services.ts';

/**
 * Has a user's calendar feed fetched without waiting for its time. Another server may do it, so the answer
 * comes before: `lastFetchedDateTime` tells when it was done.
 */
export function refreshCalendarFeed({ feeds, directory }: FeedServices): Route {
  return {
    operation: 'refreshCalendarFeed',
    summary: "Have a user's calendar feed fetched now, at most every 10 seconds",
    method: 'POST',
    paths: calendarFeedPaths('/refresh'),
    access: WRITE_CALENDAR_FEED,
    result: feedSchema,
    async handle(call) {
      const feed = await feeds.refresh(ownerOf(call, directory));
      if (feed === undefined) throw noFeed();
      return feedReply(feed);
    },
  };
}
