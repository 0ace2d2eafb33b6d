import type { Feeds } from '../../../feeds/feeds.ts';
import { GraphError } from '../../../graph/error.ts';
import { type Directory, mustAdmit } from '../../../presence/directory.ts';
import type { Call } from '../../route.ts';

/** What operations on calendar feeds work with. */
export interface FeedServices {
  readonly feeds: Pick<Feeds, 'get' | 'set' | 'refresh' | 'remove' | 'refusal'>;
  readonly directory: Directory;
}

export function calendarFeedPaths(suffix = ''): string[] {
  return [`/porchlight/users/:user/calendarFeed${suffix}`, `/porchlight/me/calendarFeed${suffix}`];
}

/** Whom the call is about. @throws GraphError 404 for somebody the tenant doesn't know */
export function ownerOf({ caller: { tenantId }, userId }: Call, directory: Directory) {
  const user = { tenantId, userId };
  mustAdmit(directory, user);
  return user;
}

export function noFeed(): GraphError {
  return new GraphError(404, 'NotFound', 'The user has no calendar feed.');
}
