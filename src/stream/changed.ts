import { setImmediate } from 'node:timers/promises';
import { isKept } from '../store/place.ts';
import type { FeedCursor, FeedItem, PresenceStore } from '../store/store.ts';
import { boundsOf } from './partitions.ts';

/** Entries that one call reads at most, whomever they are about. */
export const MOST_ENTRIES = 20_000;

const PAGE = 1000;

export interface Changed {
  /** Each once, in the order of their first change as far as there is one. */
  readonly userIds: readonly string[];
  /** Where to read on, in the order of the partitions asked about. */
  readonly cursors: readonly FeedCursor[];
  /** Whether that is the end of the feeds as it was when reading began. */
  readonly isEnd: boolean;
}

/**
 * Who has changed in some partitions since `cursors`, one for each of them; undefined where not all of
 * it is kept.
 */
export async function changedSince(
  partitions: readonly number[],
  cursors: readonly FeedCursor[],
  concerns: (item: FeedItem) => boolean,
  store: PresenceStore,
): Promise<Changed | undefined> {
  const reading = (await boundsOf(partitions, store)).map(
    ({ end }, at): Reading => ({
      partition: partitions[at] ?? 0,
      cursor: cursors[at] ?? '',
      end,
    }),
  );
  const userIds = new Set<string>();
  // Page by page in turn, and small pages of many: a partition that never rests keeps no other waiting.
  const size = Math.min(PAGE, Math.ceil(MOST_ENTRIES / partitions.length));
  let left = reading.filter(isBeforeEnd);
  let read = 0;
  while (left.length > 0 && read < MOST_ENTRIES) {
    const unfinished: typeof left = [];
    for (const each of left) {
      const most = Math.min(size, MOST_ENTRIES - read);
      if (most === 0) break;
      const { entries, cursor } = await store.feed(each.partition, each.cursor, most);
      for (const item of entries) if (concerns(item)) userIds.add(item.userId);
      each.cursor = cursor;
      read += entries.length;
      if (entries.length > 0 && isBeforeEnd(each)) unfinished.push(each);
      // Others get their turn.
      await setImmediate();
    }
    left = unfinished;
  }
  // Asked last, as it may have been forgotten meanwhile.
  const bounds = await boundsOf(partitions, store);
  if (!bounds.every((each, at) => isKept(cursors[at] ?? '', each))) return undefined;
  return {
    userIds: [...userIds],
    cursors: reading.map(({ cursor }) => cursor),
    isEnd: !reading.some(isBeforeEnd),
  };
}

interface Reading {
  readonly partition: number;
  readonly end: FeedCursor;
  cursor: FeedCursor;
}

function isBeforeEnd({ cursor, end }: Reading): boolean {
  return cursor < end;
}
