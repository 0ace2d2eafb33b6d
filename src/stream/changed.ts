import { setImmediate } from 'node:timers/promises';
import type { FeedCursor, FeedItem, PresenceStore } from '../store/store.ts';
import { isKept } from './place.ts';

/** Entries that one call reads at most, whomever they are about. */
export const MOST_ENTRIES = 20_000;

const PAGE = 1000;

export interface Changed {
  /** Each once, in the order of their first change. */
  readonly userIds: readonly string[];
  /** Where to read on. */
  readonly cursor: FeedCursor;
  /** Whether that is the end of the feed as it was when reading began. */
  readonly isEnd: boolean;
}

/** Who has changed since a place in the feed; undefined where not all of it is kept. */
export async function changedSince(
  place: FeedCursor,
  concerns: (item: FeedItem) => boolean,
  store: PresenceStore,
): Promise<Changed | undefined> {
  const { end } = await store.feedBounds(0);
  const userIds = new Set<string>();
  let cursor = place;
  let read = 0;
  while (cursor < end && read < MOST_ENTRIES) {
    const page = await store.feed(0, cursor, PAGE);
    for (const item of page.entries) if (concerns(item)) userIds.add(item.userId);
    cursor = page.cursor;
    read += page.entries.length;
    if (page.entries.length === 0) break;
    // Others get their turn.
    await setImmediate();
  }
  // Asked last, as it may have been forgotten meanwhile.
  if (!isKept(place, await store.feedBounds(0))) return undefined;
  return { userIds: [...userIds], cursor, isEnd: cursor >= end };
}
