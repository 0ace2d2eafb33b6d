import type { FeedBounds, PresenceStore } from '../store/store.ts';

/** The partitions in which these users are, or anyone of a tenant; ascending, each once. */
export function partitionsOf(
  tenantId: string,
  users: Iterable<string> | 'tenant',
  store: Pick<PresenceStore, 'partitions' | 'partitionOf'>,
): readonly number[] {
  if (users === 'tenant') return Array.from({ length: store.partitions }, (_, at) => at);
  const found = new Set<number>();
  for (const userId of users) found.add(store.partitionOf({ tenantId, userId }));
  return [...found].sort((a, b) => a - b);
}

/** Where the feeds of some partitions begin and end now, in the order of `partitions`. */
export function boundsOf(
  partitions: readonly number[],
  store: Pick<PresenceStore, 'feedBounds'>,
): Promise<readonly FeedBounds[]> {
  return Promise.all(partitions.map((partition) => store.feedBounds(partition)));
}
