import { StoreUnavailable } from '../errors.ts';
import { soleLeases } from '../sole-leases.ts';
import type { PresenceStore } from '../store.ts';
import { Committer } from './committer.ts';
import { Documents } from './documents.ts';
import { dueUntil, earliestDueMs } from './due.ts';
import type { Durability } from './durability.ts';
import { feedBounds, readFeed, trimFeed } from './feed.ts';
import { type Link, RETRY_AFTER_MS } from './link.ts';
import { Records } from './records.ts';
import type { Tenure } from './tenure.ts';
import { usersAfter } from './users.ts';

/** The store, and what Redis' settings promise of what it keeps. */
export interface RedisStore extends PresenceStore {
  readonly durability: Durability;
}

export interface RedisStoreParts {
  readonly link: Link;
  readonly tenure: Tenure;
  readonly durability: Durability;
  /** How many records are kept decoded in memory. */
  readonly cachedRecords: number;
  /** How long a record with nothing left to say is kept. */
  readonly keepIdleMs: number;
}

/** The store over a connection, for as long as the lease is held. */
export function redisStore(parts: RedisStoreParts): RedisStore {
  const { link, tenure, durability, keepIdleMs } = parts;
  const listeners = new Set<(partition: number) => void>();
  const onChanges = () => {
    for (const listener of listeners) queueMicrotask(() => listener(0));
  };
  const records = new Records(link, parts.cachedRecords);
  const committer = new Committer({ link, records, tenure, keepIdleMs, onChanges });
  let trimming: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;

  const mustBeOpen = () => {
    if (closing !== undefined) throw new StoreUnavailable('the store is closed', RETRY_AFTER_MS);
  };
  const documents = new Documents(link, tenure, mustBeOpen);

  const close = async () => {
    await Promise.all([committer.settled(), documents.settled(), trimming]);
    listeners.clear();
    await tenure.release();
    await link.close();
  };

  return {
    durability,
    documents,
    documentsOf: () => documents,
    partitions: 1,
    partitionOf: () => 0,
    leases: soleLeases('redis'),
    lastKnown: () => undefined,
    aheadMs: () => 0,

    async read(tenantId, userIds) {
      mustBeOpen();
      const found = await records.read(userIds.map((userId) => ({ tenantId, userId })));
      return found.map((each) => each()?.record);
    },

    async users(tenantId, after, limit) {
      mustBeOpen();
      return usersAfter(link, tenantId, after, limit);
    },

    async update(user, nowMs, step) {
      mustBeOpen();
      return committer.update(user, nowMs, step);
    },

    async due(_partition, nowMs, limit) {
      mustBeOpen();
      return dueUntil(link, nowMs, limit);
    },

    async nextDueMs() {
      mustBeOpen();
      return earliestDueMs(link);
    },

    async feed(_partition, after, limit) {
      mustBeOpen();
      return readFeed(link, after, limit);
    },

    async feedBounds() {
      mustBeOpen();
      return feedBounds(link);
    },

    async trimFeed(_partition, beforeMs, limit) {
      mustBeOpen();
      // One at a time: the next looks at what the one before has left.
      const trimmed = trimming.then(() => trimFeed(link, tenure, beforeMs, limit));
      trimming = trimmed.catch(() => {});
      return trimmed;
    },

    onChanges(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    health: () =>
      closing === undefined ? tenure.health() : { writable: false, reason: 'the store is closed' },

    close() {
      closing ??= close();
      return closing;
    },
  };
}
