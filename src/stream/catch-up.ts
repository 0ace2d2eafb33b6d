import { setImmediate } from 'node:timers/promises';
import type { FeedItem, FeedPage, PresenceStore } from '../store/store.ts';
import type { Followed } from './followed.ts';
import type { Stream } from './stream.ts';
import type { Watch } from './watch.ts';

/** Entries read at once for a stream that resumes. */
const PAGE = 500;

export interface CatchUpParts {
  readonly store: PresenceStore;
  readonly followed: Followed;
  /** Tells a stream a page that was read for it alone, of a partition. */
  readonly tell: (stream: Stream, partition: number, page: FeedPage) => void;
}

/**
 * Reads for a stream what came since its place, one partition after another, until it can follow each
 * with the others. Those that it follows already tell it what comes meanwhile.
 */
export async function catchUp(stream: Stream, parts: CatchUpParts): Promise<void> {
  const { connection, partitions, watch } = stream;
  const concerns = concernOf(watch);
  for (const partition of partitions) {
    for (;;) {
      await connection.drained();
      if (!connection.isOpen) return;
      // Nothing comes in between: from here on the tail tells all that comes after its place.
      if (stream.after(partition) >= (parts.followed.place[partition] ?? '')) break;
      await readOn(stream, partition, concerns, parts);
      await setImmediate();
    }
    stream.follow(partition);
  }
}

async function readOn(
  stream: Stream,
  partition: number,
  concerns: (item: FeedItem) => boolean,
  { store, tell }: CatchUpParts,
): Promise<void> {
  const after = stream.after(partition);
  const { entries, cursor } = await store.feed(partition, after, PAGE);
  const { start } = await store.feedBounds(partition);
  if (after < start) return stream.end('behind');
  tell(stream, partition, { entries: entries.filter(concerns), cursor });
}

function concernOf({ tenantId, users }: Watch): (item: FeedItem) => boolean {
  if (users === 'tenant') return (item) => item.tenantId === tenantId;
  const watched = new Set(users);
  return (item) => item.tenantId === tenantId && watched.has(item.userId);
}
