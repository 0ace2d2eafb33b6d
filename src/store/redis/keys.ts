import { readGuid, writeGuid } from '../guid.ts';
import type { UserKey } from '../store.ts';

/*
 * Keys. All of a partition have its number in braces, so that a cluster keeps them on one server and a
 * script may use several of them. There is one partition so far.
 *
 *   porchlight:meta                what the store says of itself: see meta.ts
 *   porchlight:{0}:lease           who serves: see tenure.ts
 *   porchlight:{0}:fence           number of the last lease
 *   porchlight:{0}:user:USER       version (8 bytes) and record of a user
 *   porchlight:{0}:users           sorted set: all users at 0, so in the order of their bytes
 *   porchlight:{0}:due             sorted set: user by the instant of the due entry, Unix time in ms
 *   porchlight:{0}:idle            sorted set: user by the instant the record expires, likewise
 *   porchlight:{0}:feed            stream: `e`, the entry; ids are COUNTER-0
 *   porchlight:{0}:state           hash: `last` and `forgotten`, counters of the feed
 *   porchlight:{0}:docs:COLLECTION hash: document by id
 *
 * A user is 32 bytes: the GUIDs of tenant and user. With the names spelled out a key would be twice as long.
 */

export const META = 'porchlight:meta';

const PARTITION = 'porchlight:{0}:';
export const LEASE = `${PARTITION}lease`;
export const FENCE = `${PARTITION}fence`;
export const USERS = `${PARTITION}users`;
export const DUE = `${PARTITION}due`;
export const IDLE = `${PARTITION}idle`;
export const FEED = `${PARTITION}feed`;
export const STATE = `${PARTITION}state`;

/** What the key of a record begins with; the user follows. */
export const RECORD = `${PARTITION}user:`;

const GUID_BYTES = 16;
const RECORD_BYTES = Buffer.from(RECORD);

/** The key of a collection of documents. */
export function collectionKey(collection: string): string {
  return `${PARTITION}docs:${collection}`;
}

/**
 * The key of a user's record.
 * @throws TypeError for ids that aren't lower-case GUIDs: the caller's mistake.
 */
export function recordKey({ tenantId, userId }: UserKey): Buffer {
  const at = RECORD_BYTES.length;
  const key = Buffer.allocUnsafe(at + 2 * GUID_BYTES);
  key.set(RECORD_BYTES);
  writeId('tenantId', tenantId, key, at);
  writeId('userId', userId, key, at + GUID_BYTES);
  return key;
}

/** A user as a member of the sorted sets. @throws TypeError as `recordKey` */
export function userMember(user: UserKey): Buffer {
  return recordKey(user).subarray(RECORD_BYTES.length);
}

/** Reads a member of the sorted sets back. */
export function readMember(member: Uint8Array): UserKey {
  return { tenantId: readGuid(member, 0), userId: readGuid(member, GUID_BYTES) };
}

function writeId(name: keyof UserKey, id: string, key: Buffer, at: number): void {
  if (writeGuid(id, key, at)) return;
  throw new TypeError(`${name} must be a lower-case GUID, not ${JSON.stringify(id)}`);
}
