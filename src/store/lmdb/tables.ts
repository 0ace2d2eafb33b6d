import { decodeDocument, decodeFeedEntry, decodeRecord } from '../codec.ts';
import { StoreUnusable } from '../errors.ts';
import { reading } from './damage.ts';
import { type Database, existingTable, type Table } from './database.ts';
import { readDueKey, readHistoryKey, userKey } from './keys.ts';
import { FIRST_WITH_DOCUMENTS, FIRST_WITH_HISTORY, readFormat, SCHEMA } from './meta.ts';
import type { Room } from './room.ts';

/** How many entries at each end of a table are read before the store is used. */
const SAMPLE = 16;

/** A store as an earlier Porchlight may have left it. */
export interface FoundDatabase extends Omit<Database, 'documents' | 'history'> {
  /** Undefined in a store made before there were documents. */
  readonly documents: Table | undefined;
  /** Likewise. A crash while it was made may have left a part of it. */
  readonly history: Table | undefined;
}

/**
 * The tables of a store. Reads in transactions that also write would use: until it is known that
 * nobody else serves the store, that keeps us out of LMDB's table of readers, in which a process of
 * the same id in another container may stand.
 *
 * @throws StoreUnusable when it is none of Porchlight's, or of a later one
 */
export function openTables(path: string, root: Database['root'], room: Room): FoundDatabase {
  const meta = existing(path, root, 'meta');
  const format = root.transactionSync(() => readFormat(meta));
  if (format === undefined) throw notOurs(path);
  if (format.schema > SCHEMA) {
    throw new StoreUnusable(
      'StoreNewer',
      path,
      `it is of version ${format.schema}; this Porchlight knows versions up to ${SCHEMA}`,
    );
  }
  return {
    path,
    root,
    records: existing(path, root, 'records'),
    due: existing(path, root, 'due'),
    feed: existing(path, root, 'feed'),
    documents: format.schema < FIRST_WITH_DOCUMENTS ? undefined : existing(path, root, 'documents'),
    history: format.schema < FIRST_WITH_HISTORY ? undefined : existing(path, root, 'history'),
    meta,
    room,
  };
}

/** Reads some entries of each table, the first and the last. @throws StoreUnusable */
export function sample(database: FoundDatabase): void {
  const { path, root, records, due, feed, documents, history } = database;
  const read = () => {
    for (const reverse of [false, true]) {
      for (const { value } of records.getRange({ limit: SAMPLE, reverse })) decodeRecord(value);
      for (const { value } of feed.getRange({ limit: SAMPLE, reverse })) decodeFeedEntry(value);
      for (const { value } of documents?.getRange({ limit: SAMPLE, reverse }) ?? []) {
        decodeDocument(value);
      }
      for (const key of due.getKeys({ limit: SAMPLE, reverse })) checkDue(database, key);
      for (const { key, value } of history?.getRange({ limit: SAMPLE, reverse }) ?? []) {
        checkHistory(database, key, value);
      }
    }
  };
  reading(
    path,
    () => 'a look at some entries',
    () => root.transactionSync(read),
  );
}

function checkDue({ path, records }: FoundDatabase, key: Uint8Array): void {
  const { user, dueMs } = readDueKey(key);
  const record = records.getBinary(userKey(user.tenantId, user.userId));
  if (record !== undefined && decodeRecord(record).armedMs === dueMs) return;
  throw new StoreUnusable('StoreDamaged', path, `user ${user.userId} and its due entry disagree`);
}

function checkHistory({ path, feed }: FoundDatabase, key: Uint8Array, place: Buffer): void {
  const { user, number } = readHistoryKey(key);
  const value = feed.getBinary(place);
  const entry = value && decodeFeedEntry(value);
  const isTheirs = entry?.userId === user.userId && entry.tenantId === user.tenantId;
  if (isTheirs && entry.change.number === number) return;
  throw new StoreUnusable('StoreDamaged', path, `user ${user.userId} and their history disagree`);
}

function existing(path: string, root: Database['root'], name: string): Table {
  const found = existingTable(root, name);
  if (found === undefined) throw notOurs(path);
  return found;
}

function notOurs(path: string): StoreUnusable {
  return new StoreUnusable('StoreDamaged', path, 'it holds no store of Porchlight');
}
