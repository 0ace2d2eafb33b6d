import type { Clock } from '../clock.ts';
import type { Mailboxes } from '../mailbox/mailboxes.ts';
import { DocumentsChanged, StoreUnavailable } from '../store/errors.ts';
import type { PresenceStore, UserKey } from '../store/store.ts';
import { LEAST_BETWEEN_MS } from './bounds.ts';
import { type Feed, newFeed } from './feed.ts';
import { end, lastEnded } from './source.ts';
import { feedEdit, indexEdit, type KeptFeed, readFeed } from './stored-feed.ts';

/** People's calendar feeds, for whoever asks; fetching is the business of who holds the user's partition. */
export interface FeedService {
  get(user: UserKey): Promise<Feed | undefined>;
  /**
   * Makes this the user's feed, and has it fetched. Another address is another feed: what the one before
   * said is forgotten.
   * @param url as `feedUrl` gives it
   * @param addresses the owner's mail addresses; null for those that the directory knows
   */
  set(user: UserKey, url: string, addresses: readonly string[] | null): Promise<Feed>;
  /** Has it fetched as soon as may be; undefined where there is none. */
  refresh(user: UserKey): Promise<Feed | undefined>;
  /** Forgets it, and what it said of its owner's time. Whether there was one. */
  remove(user: UserKey): Promise<boolean>;
  /** Forgets it with somebody who is no longer known: what it said goes with their mailbox, which is next. */
  forget(user: UserKey): Promise<void>;
}

export interface FeedServiceParts {
  readonly store: Pick<PresenceStore, 'partitionOf' | 'documentsOf'>;
  readonly mailboxes: Mailboxes;
  readonly clock: Clock;
}

/** How often a change begins anew because another one came first. */
const MOST_TRIES = 10;

const RETRY_AFTER_MS = 1000;

export function createFeedService({ store, mailboxes, clock }: FeedServiceParts): FeedService {
  const documentsOf = (user: UserKey) => store.documentsOf(store.partitionOf(user));

  /** Changes a feed, and has its change seen. Gives back what was there. */
  async function change(
    user: UserKey,
    next: (found: Feed | undefined) => Promise<Feed | undefined> | Feed | undefined,
  ): Promise<{ readonly before: Feed | undefined; readonly after: Feed | undefined }> {
    const documents = documentsOf(user);
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const found: KeptFeed | undefined = await readFeed(documents, user);
      const before = found?.feed;
      const after = await next(before);
      if (after === undefined && before === undefined) return { before, after };
      try {
        await documents.write([feedEdit(user, after, found), indexEdit(user, after)]);
        return { before, after };
      } catch (error) {
        if (!(error instanceof DocumentsChanged)) throw error;
      }
    }
    throw new StoreUnavailable('others change the same feed all the time', RETRY_AFTER_MS);
  }

  /** The soonest that a person's feed may be fetched, which is now unless one just was. */
  function soon(feed: Feed | undefined): number {
    if (feed === undefined) return clock.nowMs();
    const { lastFetchedMs, nextFetchMs } = feed;
    const soonestMs = lastFetchedMs === null ? nextFetchMs : lastFetchedMs + LEAST_BETWEEN_MS;
    return Math.max(clock.nowMs(), soonestMs);
  }

  return {
    async get(user) {
      return (await readFeed(documentsOf(user), user))?.feed;
    },

    async set(user, url, addresses) {
      const { before, after } = await change(user, async (found) => {
        if (found?.url === url) return { ...found, addresses, nextFetchMs: soon(found) };
        const last = found?.generation ?? (await lastEnded(mailboxes, user, 'feed'));
        const generation = Math.max(clock.nowMs(), last + 1);
        return newFeed({ generation, url, addresses }, soon(found));
      });
      if (after === undefined) throw new Error('a feed was set, and is none');
      if (before !== undefined && before.generation !== after.generation) {
        await end(mailboxes, user, 'feed', before.generation);
      }
      return after;
    },

    async refresh(user) {
      const { after } = await change(
        user,
        (found) => found && { ...found, nextFetchMs: soon(found) },
      );
      return after;
    },

    async remove(user) {
      const { before } = await change(user, () => undefined);
      // Also where there is none: an earlier attempt may have got no further.
      await end(mailboxes, user, 'feed', before?.generation ?? 0);
      return before !== undefined;
    },

    async forget(user) {
      await change(user, () => undefined);
    },
  };
}
