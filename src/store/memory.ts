import { NEW_RECORD } from '../engine/advance.ts';
import { StoreUnavailable } from './errors.ts';
import { Hints } from './hints.ts';
import { type DocumentsSnapshot, MemoryDocuments } from './memory-documents.ts';
import { createLeaseTable, type LeaseTable } from './memory-leases.ts';
import { MemoryPartition, type PartitionSnapshot } from './memory-partition.ts';
import { partitionOfUser } from './partition.ts';
import type { PresenceStore } from './store.ts';

/** Nobody else can come: what is taken is kept. */
const ALONE = { leaseMs: Number.POSITIVE_INFINITY, nowMs: () => 0 };

export interface MemoryOptions {
  /** How many partitions; 1 by default. */
  readonly partitions?: number;
  /** The leases of servers that share the memory; one alone needs none. */
  readonly leases?: LeaseTable;
  /** Begins with what another memory held, which may go on; `partitions` are as many as there. */
  readonly from?: MemorySnapshot;
}

/** All that a memory held at a moment. Records and texts are never changed, so they are shared and not copied. */
export interface MemorySnapshot {
  readonly partitions: readonly PartitionSnapshot[];
  readonly documents: readonly DocumentsSnapshot[];
}

/** The reference store, which can say all that it holds, also when it is closed. */
export interface MemoryStore extends PresenceStore {
  snapshot(): MemorySnapshot;
}

/**
 * The reference store: everything in this process's memory, nothing on disk. For tests, simulation, and a
 * server that may forget.
 */
export function openMemoryStore(options: MemoryOptions = {}): MemoryStore {
  const { open, snapshot } = createMemory(options);
  return { ...open(), snapshot };
}

/** Memory that several servers of this process share: each opens a store of its own on it. */
export function createMemory({
  from,
  partitions: count = from?.partitions.length ?? 1,
  leases = createLeaseTable(ALONE),
}: MemoryOptions = {}) {
  const partitions = Array.from(
    { length: count },
    (_, at) => new MemoryPartition(at, from?.partitions[at]),
  );
  const documents = partitions.map((_, at) => new MemoryDocuments(from?.documents[at]));
  const changes = new Hints<[partition: number]>();
  let opened = 0;

  const partitionAt = (at: number) => {
    const partition = partitions[at];
    if (partition === undefined) throw new TypeError(`there is no partition ${at}`);
    return partition;
  };

  function open(): PresenceStore {
    const forget = new Set<() => void>();
    let closed = false;

    const mustBeOpen = () => {
      if (closed) throw new StoreUnavailable('the store is closed', 1000);
    };
    /** The partition, of an open store. */
    const of = (at: number) => {
      mustBeOpen();
      return partitionAt(at);
    };
    const views = documents.map((each) => each.view(mustBeOpen, leases.isHeld));
    const viewOf = (at: number) => {
      const view = views[at];
      if (view === undefined) throw new TypeError(`there is no partition ${at}`);
      return view;
    };

    return {
      partitions: count,
      partitionOf: (user) => partitionOfUser(user, count),

      async read(tenantId, userIds) {
        mustBeOpen();
        return userIds.map((userId) => {
          const user = { tenantId, userId };
          return partitionAt(partitionOfUser(user, count)).get(user);
        });
      },

      lastKnown: () => undefined,

      async tenants() {
        mustBeOpen();
        return [...new Set(partitions.flatMap((partition) => [...partition.tenants()]))].sort();
      },

      async users(tenantId, after, limit) {
        mustBeOpen();
        const all = partitions.flatMap((partition) => partition.users(tenantId, after));
        return all.sort().slice(0, limit);
      },

      async update(user, nowMs, step) {
        const partition = of(partitionOfUser(user, count));
        const advanced = step(partition.get(user) ?? NEW_RECORD);
        if (advanced.refusal !== undefined) return advanced;
        partition.put(user, nowMs, advanced);
        if (advanced.changes.length > 0) changes.give(partition.number);
        return advanced;
      },

      due: async (partition, nowMs, limit) => of(partition).due(nowMs, limit),
      nextDueMs: async (partition) => of(partition).nextDueMs(),
      feed: async (partition, after, limit) => of(partition).feed(after, limit),
      feedBounds: async (partition) => of(partition).bounds(),
      trimFeed: async (partition, beforeMs, limit) => of(partition).trim(beforeMs, limit),
      history: async (user, from, limit) =>
        of(partitionOfUser(user, count)).history(user, from, limit),
      forgetHistory: async (user, limit) =>
        of(partitionOfUser(user, count)).forgetHistory(user, limit),

      onChanges(listener) {
        const stop = changes.listen(listener);
        forget.add(stop);
        return stop;
      },

      documents: viewOf(0),
      documentsOf: viewOf,
      leases: leases.join(`memory ${++opened}`),
      aheadMs: () => 0,

      health: () =>
        closed ? { writable: false, reason: 'the store is closed' } : { writable: true },

      async close() {
        closed = true;
        for (const stop of forget) stop();
      },
    };
  }

  return {
    open,

    snapshot(): MemorySnapshot {
      return {
        partitions: partitions.map((partition) => partition.snapshot()),
        documents: documents.map((each) => each.snapshot()),
      };
    },
  };
}
