import type { PresenceStore, UserKey } from './store.ts';

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/**
 * In which of so many partitions a user is: FNV-1a of both ids, with its bits mixed once more, as FNV's
 * low bits depend on few of the input's. Where a record lies follows from it, so it can never be changed.
 */
export function partitionOfUser({ tenantId, userId }: UserKey, partitions: number): number {
  if (partitions === 1) return 0;
  let hash = mixIn(mixIn(OFFSET, tenantId), userId);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % partitions;
}

function mixIn(start: number, text: string): number {
  let hash = start;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), PRIME);
  return hash;
}

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
