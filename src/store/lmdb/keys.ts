import { readGuid, writeGuid } from '../guid.ts';
import type { UserKey } from '../store.ts';

/*
 * Keys, as bytes that sort the way they are read:
 *
 *   user   tenant GUID (16) | user GUID (16)
 *   due    instant (8) | user (32)
 *   feed   counter (8)
 *   history    user (32) | number of a change (8)
 *   document   collection | 0 | id
 *
 * An instant is a big-endian float, and so is the number of a change: for those there are, from 1970 on, these
 * bytes sort as the numbers do. LMDB copies keys at once, so each kind is written into one buffer again and again.
 */

const USER_BYTES = 32;
const INSTANT_BYTES = 8;

const user = Buffer.alloc(USER_BYTES);
const due = Buffer.alloc(INSTANT_BYTES + USER_BYTES);
const feed = Buffer.alloc(8);
const history = Buffer.alloc(USER_BYTES + 8);
const dueEnd = Buffer.alloc(INSTANT_BYTES + USER_BYTES + 1, 0xff);

/**
 * Key of a user's record, valid until the next call.
 * @throws TypeError for ids that aren't lower-case GUIDs: the caller's mistake.
 */
export function userKey(tenantId: string, userId: string): Buffer {
  if (!writeGuid(tenantId, user, 0)) throw notGuid('tenantId', tenantId);
  if (!writeGuid(userId, user, 16)) throw notGuid('userId', userId);
  return user;
}

/** Reads tenant and user of a record's key back. */
export function readUser(key: Uint8Array): UserKey {
  return { tenantId: readGuid(key, 0), userId: readGuid(key, 16) };
}

/** Reads the user of a record's key back. */
export function readUserId(key: Uint8Array): string {
  return readGuid(key, 16);
}

/** Key of a user's due entry, valid until the next call. */
export function dueKey(dueMs: number, of: Uint8Array): Buffer {
  due.writeDoubleBE(dueMs, 0);
  due.set(of, INSTANT_BYTES);
  return due;
}

/** What comes after all due entries up to `nowMs`, valid until the next call. */
export function dueKeyAfter(nowMs: number): Buffer {
  dueEnd.writeDoubleBE(nowMs, 0);
  return dueEnd;
}

/** Reads a due key back. */
export function readDueKey(key: Uint8Array): { user: UserKey; dueMs: number } {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const tenantId = readGuid(key, INSTANT_BYTES);
  const userId = readGuid(key, INSTANT_BYTES + 16);
  return { user: { tenantId, userId }, dueMs: view.getFloat64(0) };
}

/** Key of a feed entry, valid until the next call. */
export function feedKey(counter: number): Buffer {
  feed.writeBigUInt64BE(BigInt(counter));
  return feed;
}

/** Reads a feed key back. */
export function readFeedKey(key: Uint8Array): number {
  return Number(new DataView(key.buffer, key.byteOffset, key.byteLength).getBigUint64(0));
}

/** Key of a change in its user's history, valid until the next call. `of` is the user's key. */
export function historyKey(of: Uint8Array, number: number): Buffer {
  history.set(of);
  history.writeDoubleBE(number, USER_BYTES);
  return history;
}

/** Reads a key of the history back. */
export function readHistoryKey(key: Uint8Array): { user: UserKey; number: number } {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  return { user: readUser(key), number: view.getFloat64(USER_BYTES) };
}

/** Key of a document: its name, whose characters are all ASCII, as bytes. */
export function documentKey(name: string): Buffer {
  return Buffer.from(name, 'latin1');
}

/** What a document goes by in all collections. Names of collections don't hold what parts the two. */
export function documentName(collection: string, id: string): string {
  return `${collection}\0${id}`;
}

/** Reads the name of a document back: its collection and its id. */
export function readDocumentKey(key: Uint8Array): { collection: string; id: string } {
  const name = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
  const parting = name.indexOf('\0');
  return { collection: name.slice(0, parting), id: name.slice(parting + 1) };
}

function notGuid(name: string, id: string): TypeError {
  return new TypeError(`${name} must be a lower-case GUID, not ${JSON.stringify(id)}`);
}
