import { StoreUnavailable } from '../errors.ts';
import { soleLeases } from '../sole-leases.ts';
import type { PresenceStore } from '../store.ts';
import { Committer } from './committer.ts';
import type { Database } from './database.ts';
import { Documents } from './documents.ts';
import { dueUntil, earliestDueMs } from './due.ts';
import { feedBounds, oldestInFeed, readFeed } from './feed.ts';
import { Records } from './records.ts';
import { tenantsOf, usersAfter } from './users.ts';

/** The store on an opened file, which is one partition. `release` lets go of the file after everything under way is done. */
export function lmdbStore(
  database: Database,
  parts: {
    readonly cachedRecords: number;
    readonly monotonicMs: () => number;
    readonly release: () => Promise<void>;
  },
): PresenceStore {
  const listeners = new Set<(partition: number) => void>();
  const onChanges = () => {
    for (const listener of listeners) queueMicrotask(() => listener(0));
  };
  const records = new Records(database, parts.cachedRecords);
  const committer = new Committer(database, records, { ...parts, onChanges });
  let trimming: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;

  const closed = () => new StoreUnavailable('the store is closed', 1000);
  const mustBeOpen = () => {
    if (closing !== undefined) throw closed();
  };
  const documents = new Documents(database, committer, mustBeOpen);

  const trim = async (beforeMs: number, limit: number) => {
    mustBeOpen();
    const counters = oldestInFeed(database, beforeMs, limit);
    if (counters.length > 0) await committer.forget(counters);
    return counters.length;
  };

  const close = async () => {
    await committer.settled();
    listeners.clear();
    await parts.release();
  };

  return {
    partitions: 1,
    partitionOf: () => 0,
    documents,
    documentsOf: () => documents,
    leases: soleLeases('embedded'),
    aheadMs: () => 0,
    lastKnown: () => undefined,

    async read(tenantId, userIds) {
      mustBeOpen();
      return userIds.map((userId) => records.get(tenantId, userId)?.record);
    },

    async tenants() {
      mustBeOpen();
      return tenantsOf(database);
    },

    async users(tenantId, after, limit) {
      mustBeOpen();
      return usersAfter(database, tenantId, after, limit);
    },

    update(user, nowMs, step) {
      return closing === undefined ? committer.update(user, nowMs, step) : Promise.reject(closed());
    },

    async due(_partition, nowMs, limit) {
      mustBeOpen();
      return dueUntil(database, nowMs, limit);
    },

    async nextDueMs() {
      mustBeOpen();
      return earliestDueMs(database);
    },

    async feed(_partition, after, limit) {
      mustBeOpen();
      return readFeed(database, after, limit);
    },

    async feedBounds() {
      mustBeOpen();
      return feedBounds(database);
    },

    async trimFeed(_partition, beforeMs, limit) {
      mustBeOpen();
      // One at a time: the next looks at what the one before has left.
      const trimmed = trimming.then(() => trim(beforeMs, limit));
      trimming = trimmed.catch(() => {});
      return trimmed;
    },

    onChanges(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    health: () =>
      closing === undefined
        ? committer.health()
        : { writable: false, reason: 'the store is closed' },

    close() {
      closing ??= close();
      return closing;
    },
  };
}
