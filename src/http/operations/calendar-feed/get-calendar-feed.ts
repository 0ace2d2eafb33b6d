import { READ_CALENDAR_FEED } from '../../../auth/permissions.ts';
import type { Route } from '../../route.ts';
import { feedReply, feedSchema } from './feed-reply.ts';
import { calendarFeedPaths, type FeedServices, noFeed, ownerOf } from './feed-services.ts';

/** How a user's calendar feed is. */
export function getCalendarFeed({ feeds, directory }: FeedServices): Route {
  return {
    operation: 'getCalendarFeed',
    summary: "Tell how a user's calendar feed is, without its address",
    method: 'GET',
    paths: calendarFeedPaths(),
    access: READ_CALENDAR_FEED,
    result: feedSchema,
    async handle(call) {
      const feed = await feeds.get(ownerOf(call, directory));
      if (feed === undefined) throw noFeed();
      return feedReply(feed);
    },
  };
}
