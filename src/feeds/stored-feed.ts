import type { DocumentEdit, DocumentStore, UserKey } from '../store/store.ts';
import type { Feed } from './feed.ts';

/**
 * Which users of a partition have a feed: whoever holds the partition follows it. What it says of one changes
 * when they are to be looked at, and only then.
 */
export const FEED_INDEX = 'feeds';

const STATE_ID = 'state';

const FORMAT = 1;

/** The feed of a user as it is kept. */
export interface KeptFeed {
  readonly feed: Feed;
  /** For a condition on what is written next. */
  readonly text: string;
}

/** As an id of documents about users. */
export function userId({ tenantId, userId }: UserKey): string {
  return `${tenantId} ${userId}`;
}

export function userOf(id: string): UserKey {
  const [tenantId = '', userId = ''] = id.split(' ');
  return { tenantId, userId };
}

/** Undefined when the user has none. @throws StoreUnavailable */
export async function readFeed(
  documents: DocumentStore,
  user: UserKey,
): Promise<KeptFeed | undefined> {
  const text = (await documents.all(feedCollection(user))).get(STATE_ID);
  return text === undefined ? undefined : { feed: parse(text), text };
}

/** Keeps a feed, or forgets it, if it is still what was found. */
export function feedEdit(
  user: UserKey,
  feed: Feed | undefined,
  found: KeptFeed | undefined,
): DocumentEdit {
  return {
    collection: feedCollection(user),
    id: STATE_ID,
    text: feed && JSON.stringify({ format: FORMAT, ...feed }),
    was: found?.text ?? null,
  };
}

/** Has whoever holds the partition look at a feed, or forget it. */
export function indexEdit(user: UserKey, feed: Feed | undefined): DocumentEdit {
  return {
    collection: FEED_INDEX,
    id: userId(user),
    text: feed && `${feed.generation} ${feed.nextFetchMs}`,
  };
}

/** The collection of a user's own. */
export function feedCollection(user: UserKey): string {
  return `feed ${userId(user)}`;
}

function parse(text: string): Feed {
  const { format, ...feed } = JSON.parse(text) as Feed & { readonly format: number };
  if (format !== FORMAT) throw new Error(`a calendar feed is kept in format ${format}`);
  return feed;
}
