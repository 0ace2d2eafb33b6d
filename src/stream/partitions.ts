import type { FeedBounds, PresenceStore } from '../store/store.ts';

/** Where the feeds of some partitions begin and end now, in the order of `partitions`. */
export function boundsOf(
  partitions: readonly number[],
  store: Pick<PresenceStore, 'feedBounds'>,
): Promise<readonly FeedBounds[]> {
  return Promise.all(partitions.map((partition) => store.feedBounds(partition)));
}
