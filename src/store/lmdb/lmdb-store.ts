import { StoreUnavailable } from '../errors.ts';
import type { Hints } from '../hints.ts';
import type { DocumentStore, Leases, PresenceStore } from '../store.ts';
import type { Database } from './database.ts';
import { dueUntil, earliestDueMs } from './due.ts';
import { feedBounds, readFeed } from './feed.ts';
import { readHistory } from './history.ts';
import type { Records } from './records.ts';
import { tenantsOf, usersAfter } from './users.ts';
import type { Writes } from './writes.ts';

/** What the store of one process and that of several do in different ways. */
export interface LmdbStoreParts {
  readonly records: Pick<Records, 'get'>;
  readonly writes: Writes;
  /** The documents; `mustBeOpen` throws once the store is closed. */
  documents(mustBeOpen: () => void): DocumentStore;
  readonly leases: Leases;
  /** Given after changes were committed. */
  readonly changes: Hints;
  /** Called before a read that is to see what other processes have committed. */
  refresh(): void;
  /** Lets go of the file after everything under way is done. */
  release(): Promise<void>;
}

/** The store on an opened file, which is one partition. */
export function lmdbStore(database: Database, parts: LmdbStoreParts): PresenceStore {
  const { records, writes, changes } = parts;
  let closing: Promise<void> | undefined;

  const closed = () => new StoreUnavailable('the store is closed', 1000);
  const mustBeOpen = () => {
    if (closing !== undefined) throw closed();
  };
  const mayRead = () => {
    mustBeOpen();
    parts.refresh();
  };
  const documents = parts.documents(mustBeOpen);

  const close = async () => {
    await writes.settled();
    changes.clear();
    await parts.release();
  };

  return {
    partitions: 1,
    partitionOf: () => 0,
    documents,
    documentsOf: () => documents,
    leases: parts.leases,
    aheadMs: () => 0,
    lastKnown: () => undefined,

    async read(tenantId, userIds) {
      mayRead();
      return userIds.map((userId) => records.get(tenantId, userId)?.record);
    },

    async tenants() {
      mayRead();
      return tenantsOf(database);
    },

    async users(tenantId, after, limit) {
      mayRead();
      return usersAfter(database, tenantId, after, limit);
    },

    update(user, nowMs, step) {
      return closing === undefined ? writes.update(user, nowMs, step) : Promise.reject(closed());
    },

    async due(_partition, nowMs, limit) {
      mayRead();
      return dueUntil(database, nowMs, limit);
    },

    async nextDueMs() {
      mayRead();
      return earliestDueMs(database);
    },

    async feed(_partition, after, limit) {
      mayRead();
      return readFeed(database, after, limit);
    },

    async feedBounds() {
      mayRead();
      return feedBounds(database);
    },

    async trimFeed(_partition, beforeMs, limit) {
      mustBeOpen();
      return writes.trim(beforeMs, limit);
    },

    async history(user, from, limit) {
      mayRead();
      return readHistory(database, user, from, limit);
    },

    async forgetHistory(user, limit) {
      mustBeOpen();
      return writes.forgetHistory(user, limit);
    },

    onChanges: (listener) => changes.listen(() => listener(0)),

    health: () =>
      closing === undefined ? writes.health() : { writable: false, reason: 'the store is closed' },

    close() {
      closing ??= close();
      return closing;
    },
  };
}
