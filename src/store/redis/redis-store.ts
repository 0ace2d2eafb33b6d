import { StoreUnavailable } from '../errors.ts';
import { partitionOfUser } from '../partition.ts';
import type { PresenceStore } from '../store.ts';
import type { Channels } from './channels.ts';
import { Committer } from './committer.ts';
import { Documents } from './documents.ts';
import { dueUntil, earliestDueMs } from './due.ts';
import type { Durability } from './durability.ts';
import { feedBounds, readFeed, trimFeed } from './feed.ts';
import { forgetHistory, readHistory } from './history.ts';
import { RedisLeases } from './leases.ts';
import { type Link, RETRY_AFTER_MS } from './link.ts';
import type { Partition } from './partition.ts';
import type { Pulse } from './pulse.ts';
import { Records, recordOf } from './records.ts';
import { allTenants, usersAfter } from './users.ts';
import { Versions } from './versions.ts';

/** The store, and what Redis' settings promise of what it keeps. */
export interface RedisStore extends PresenceStore {
  readonly durability: Durability;
}

export interface RedisStoreParts {
  readonly link: Link;
  readonly partitions: readonly Partition[];
  readonly pulse: Pulse;
  readonly channels: Channels;
  readonly durability: Durability;
  /** How many records are kept decoded in memory. */
  readonly cachedRecords: number;
  /** How long a record with nothing left to say is kept. */
  readonly keepIdleMs: number;
  readonly leaseMs: number;
}

/** What is done in a partition; made when there is something to do, as the buffers are large. */
interface Work {
  readonly committer: Committer;
  readonly documents: Documents;
  trimming: Promise<unknown>;
}

/** The store over a connection. */
export function redisStore(parts: RedisStoreParts): RedisStore {
  const { link, partitions, pulse, channels, durability, keepIdleMs } = parts;
  const { origin } = channels;
  const count = partitions.length;
  const records = new Records(link, { partitions: count, cachedRecords: parts.cachedRecords });
  const versions = new Versions();
  let closing: Promise<void> | undefined;

  const mustBeOpen = () => {
    if (closing !== undefined) throw new StoreUnavailable('the store is closed', RETRY_AFTER_MS);
    pulse.mustBeSame();
  };
  const partitionAt = (number: number): Partition => {
    const partition = partitions[number];
    if (partition === undefined) throw new TypeError(`there is no partition ${number}`);
    return partition;
  };
  const leases = new RedisLeases({ link, partitionAt, leaseMs: parts.leaseMs, mustBeOpen });

  const works = new Map<number, Work>();
  const work = (number: number): Work => {
    const found = works.get(number) ?? begin(partitionAt(number));
    works.set(number, found);
    return found;
  };
  const begin = (partition: Partition): Work => {
    const { number } = partition;
    const health = {
      onReached: () => pulse.reached(number),
      onFailed: (error: unknown) => pulse.failed(number, error),
    };
    return {
      trimming: Promise.resolve(),
      committer: new Committer({
        ...{ link, partition, records, versions, keepIdleMs, origin, ...health },
        replicas: durability.replicas,
        onChanges: () => channels.changed(number),
      }),
      documents: new Documents({
        ...{ link, partition, origin, versions, mustBeOpen, ...health },
        leaseValue: (lease) => leases.valueOf(lease),
        onWritten: () => channels.written(number),
        listen: (listener) => channels.onWritten(number, listener),
      }),
    };
  };
  /** The partition, of an open store. */
  const open = (number: number): Partition => {
    mustBeOpen();
    return partitionAt(number);
  };

  const close = async () => {
    await Promise.all(
      [...works.values()].map(({ committer, documents, trimming }) =>
        Promise.all([committer.settled(), documents.settled(), trimming]),
      ),
    );
    channels.clear();
    await Promise.all([pulse.stop(), leases.close()]);
    await link.close();
  };

  return {
    durability,
    partitions: count,
    partitionOf: (user) => partitionOfUser(user, count),

    async read(tenantId, userIds) {
      mustBeOpen();
      const found = await records.read(userIds.map((userId) => ({ tenantId, userId })));
      return found.map((each) => recordOf(each()));
    },

    lastKnown: (tenantId, userIds) => records.lastKnown(tenantId, userIds),

    async users(tenantId, after, limit) {
      mustBeOpen();
      return usersAfter(link, partitions, tenantId, after, limit);
    },

    async tenants() {
      mustBeOpen();
      return allTenants(link, partitions);
    },

    async update(user, nowMs, step) {
      mustBeOpen();
      return work(partitionOfUser(user, count)).committer.update(user, nowMs, step);
    },

    due: async (partition, nowMs, limit) => dueUntil(link, open(partition), nowMs, limit),
    nextDueMs: async (partition) => earliestDueMs(link, open(partition)),
    feed: async (partition, after, limit) => readFeed(link, open(partition), after, limit),
    feedBounds: async (partition) => feedBounds(link, open(partition)),

    async trimFeed(number, beforeMs, limit) {
      const partition = open(number);
      const own = work(number);
      // One at a time: the next looks at what the one before has left.
      const trimmed = own.trimming.then(() => trimFeed(link, partition, beforeMs, limit));
      own.trimming = trimmed.catch(() => {});
      return trimmed;
    },

    history: async (user, from, limit) =>
      readHistory(link, open(partitionOfUser(user, count)), user, from, limit),
    forgetHistory: async (user, limit) =>
      forgetHistory(link, open(partitionOfUser(user, count)), user, limit),

    onChanges: (listener) => channels.onChanges(listener),
    documents: work(0).documents,
    documentsOf: (partition) => work(partition).documents,
    leases,
    aheadMs: () => pulse.aheadMs(),

    health: () =>
      closing === undefined ? pulse.health() : { writable: false, reason: 'the store is closed' },

    close() {
      closing ??= close();
      return closing;
    },
  };
}
