import { readGuid, writeGuid } from '../guid.ts';
import type { UserKey } from '../store.ts';

/*
 * Keys. All of a partition have its number P in braces, so that a cluster keeps them on one server and a
 * script may use several of them.
 *
 *   porchlight:{0}:meta               what the store says of itself: see meta.ts
 *   porchlight:{0}:members            sorted set: servers by the instant they are taken for gone, Unix time in ms
 *   porchlight:{P}:lease              who does what is done once: see scripts/take-lease.lua
 *   porchlight:{P}:user:USER          version (8 bytes) and record of a user
 *   porchlight:{P}:users              sorted set: all users at 0, so in the order of their bytes
 *   porchlight:{P}:due                sorted set: user by the instant of the due entry, Unix time in ms
 *   porchlight:{P}:idle               sorted set: user by the instant the record expires, likewise
 *   porchlight:{P}:feed               stream: `e`, the entry; ids are COUNTER-0
 *   porchlight:{P}:history:USER       list: of each change of a user in the feed its number and its counter
 *   porchlight:{P}:docs:COLLECTION    hash: document by id
 *   porchlight:{P}:changed:COLLECTION sorted set: id by the revision that changed the document last
 *   porchlight:{P}:writes             sorted set: version of a write of documents by its instant, Unix time in ms
 *   porchlight:{P}:confirmed          nothing: written so that WAIT waits for it, see confirmations.ts
 *   porchlight:{P}:state              hash:
 *     server     which server it was written on last: see scripts/begin.lua
 *     floor      what numbers given on that server are greater than
 *     last       counter of the feed's last entry
 *     forgotten  counter of the last entry that was forgotten
 *     forgottenMs  the latest instant of the entries that were forgotten, Unix time in ms
 *     entered    how far the feed of an earlier Porchlight was entered in histories, `all` once it is; see histories.ts
 *     fence      fence of the last lease
 *     revision   the last revision of documents
 *     unlogged   the last revision that was forgotten
 *     beat       nothing: written to see whether Redis takes writes
 *
 * A user is 32 bytes: the GUIDs of tenant and user. With the names spelled out a key would be twice as long.
 *
 * Channels, on which nothing is said but who made something happen:
 *
 *   porchlight:{P}:changes            the feed has more
 *   porchlight:{P}:documents          documents were written
 */

export const META = 'porchlight:{0}:meta';
export const MEMBERS = 'porchlight:{0}:members';

/** The keys of a partition, and its channels. */
export interface PartitionKeys {
  readonly lease: string;
  readonly state: string;
  readonly feed: string;
  readonly due: string;
  readonly users: string;
  readonly idle: string;
  readonly writes: string;
  /** What the key of a record begins with; the user follows. */
  readonly record: string;
  /** What the key of a history begins with, likewise. */
  readonly history: string;
  readonly changes: string;
  readonly documents: string;
}

export function partitionKeys(partition: number): PartitionKeys {
  const prefix = prefixOf(partition);
  return {
    lease: `${prefix}lease`,
    state: `${prefix}state`,
    feed: `${prefix}feed`,
    due: `${prefix}due`,
    users: `${prefix}users`,
    idle: `${prefix}idle`,
    writes: `${prefix}writes`,
    record: `${prefix}user:`,
    history: `${prefix}history:`,
    changes: `${prefix}changes`,
    documents: `${prefix}documents`,
  };
}

/** The key of a collection of documents. */
export function collectionKey(partition: number, collection: string): string {
  return `${prefixOf(partition)}docs:${collection}`;
}

/** The key of what is known of the changes of a collection. */
export function changedKey(partition: number, collection: string): string {
  return `${prefixOf(partition)}changed:${collection}`;
}

const GUID_BYTES = 16;
const USER_BYTES = 2 * GUID_BYTES;

/**
 * The key of a user's record.
 * @throws TypeError for ids that aren't lower-case GUIDs: the caller's mistake.
 */
export function recordKey(partition: number, user: UserKey): Buffer {
  return userKey(`${prefixOf(partition)}user:`, user);
}

/** The key of a user's history. @throws TypeError as `recordKey` */
export function historyKey(partition: number, user: UserKey): Buffer {
  return userKey(`${prefixOf(partition)}history:`, user);
}

function userKey(prefix: string, { tenantId, userId }: UserKey): Buffer {
  const at = prefix.length;
  const key = Buffer.allocUnsafe(at + USER_BYTES);
  key.write(prefix, 'latin1');
  writeId('tenantId', tenantId, key, at);
  writeId('userId', userId, key, at + GUID_BYTES);
  return key;
}

/** A user as a member of the sorted sets. @throws TypeError as `recordKey` */
export function userMember(user: UserKey): Buffer {
  return recordKey(0, user).subarray(-USER_BYTES);
}

/** Reads a member of the sorted sets back. */
export function readMember(member: Uint8Array): UserKey {
  return { tenantId: readGuid(member, 0), userId: readGuid(member, GUID_BYTES) };
}

function prefixOf(partition: number): string {
  return `porchlight:{${partition}}:`;
}

function writeId(name: keyof UserKey, id: string, key: Buffer, at: number): void {
  if (writeGuid(id, key, at)) return;
  throw new TypeError(`${name} must be a lower-case GUID, not ${JSON.stringify(id)}`);
}
