import Type, { type Static } from 'typebox';
import { WRITE_CALENDAR_FEED } from '../../../auth/permissions.ts';
import { feedUrl } from '../../../feeds/feed-url.ts';
import { shortened } from '../../../graph/duration.ts';
import { invalidArgument } from '../../../graph/error.ts';
import { bodySchema, nullable } from '../../body.ts';
import type { Route } from '../../route.ts';
import { feedReply, feedSchema } from './feed-reply.ts';
import { calendarFeedPaths, type FeedServices, ownerOf } from './feed-services.ts';

/** Nobody is invited by more names. */
const MOST_ADDRESSES = 20;

/** As long as an address can be (RFC 5321, section 4.5.3.1). */
const ADDRESS = /^[^\s@\p{Cc}\p{Surrogate}]{1,64}@[^\s@\p{Cc}\p{Surrogate}]{1,255}$/u;

const body = bodySchema({
  url: Type.String({
    description: 'Of an iCalendar text: https or webcal, 2,048 characters at most. Kept secret.',
  }),
  addresses: Type.Optional(
    nullable(
      Type.Array(Type.String(), {
        description:
          "The owner's mail addresses, by which invitations name them: 20 at most. Those of the directory by default.",
      }),
    ),
  ),
});

/** Has a user's calendar fetched from an address, which takes the place of one before. */
export function setCalendarFeed({ feeds, directory }: FeedServices): Route {
  return {
    operation: 'setCalendarFeed',
    summary: "Have a user's calendar fetched from an address",
    method: 'PUT',
    paths: calendarFeedPaths(),
    access: WRITE_CALENDAR_FEED,
    body,
    result: feedSchema,
    async handle(call) {
      const { url, addresses = null } = call.body as Static<typeof body>;
      const address = feedUrl(url);
      if (address === undefined) {
        throw invalidArgument('[Url]: is not an absolute URL of at most 2,048 characters.');
      }
      const refusal = feeds.refusal(address);
      if (refusal !== undefined) throw invalidArgument(`[Url]: cannot be fetched: ${refusal}.`);
      const owner = ownerOf(call, directory);
      return feedReply(await feeds.set(owner, address, checkedAddresses(addresses)));
    },
  };
}

/** In lower case, each once. @throws GraphError 400 */
function checkedAddresses(addresses: readonly string[] | null): readonly string[] | null {
  if (addresses === null) return null;
  if (addresses.length > MOST_ADDRESSES) {
    throw invalidArgument(
      `[Addresses]: ${addresses.length} are too many: ${MOST_ADDRESSES} at most.`,
    );
  }
  const wrong = addresses.find((address) => !ADDRESS.test(address));
  if (wrong !== undefined) {
    throw invalidArgument(`[Addresses]: '${shortened(wrong)}' is not a mail address.`);
  }
  return [...new Set(addresses.map((address) => address.toLowerCase()))];
}
