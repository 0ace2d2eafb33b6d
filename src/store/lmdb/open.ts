import { Hints } from '../hints.ts';
import { createLeaseTable } from '../memory-leases.ts';
import type { PresenceStore } from '../store.ts';
import { Committer } from './committer.ts';
import { Documents } from './documents.ts';
import { lmdbStore } from './lmdb-store.ts';
import { Records } from './records.ts';
import { takeFile } from './take-file.ts';

const CACHED_RECORDS = 10_000;

/** Nobody else can come: what is taken is kept. */
const ALONE = { leaseMs: Number.POSITIVE_INFINITY, nowMs: () => 0 };

export interface LmdbStoreOptions {
  /** The data folder. Made if it isn't there. */
  readonly path: string;
  /** How many records are kept decoded in memory. */
  readonly cachedRecords?: number;
  /** A clock that never steps, for pacing attempts to write; tests hand in their own. */
  readonly monotonicMs?: () => number;
}

/**
 * Opens the embedded store of a data folder for this process alone, and makes it if there is none.
 * A folder that can't be used is left as it is.
 *
 * @throws StoreUnusable when it is damaged, newer, or served by another process
 */
export async function openLmdbStore(options: LmdbStoreOptions): Promise<PresenceStore> {
  const { database, letGo } = await takeFile(options.path);
  try {
    const changes = new Hints();
    const records = new Records(database, options.cachedRecords ?? CACHED_RECORDS);
    const writes = new Committer(database, records, {
      monotonicMs: options.monotonicMs ?? (() => performance.now()),
      onChanges: () => changes.give(),
    });
    return lmdbStore(database, {
      records,
      writes,
      documents: (mustBeOpen) => new Documents(database, writes, mustBeOpen),
      leases: createLeaseTable(ALONE).join('embedded'),
      changes,
      refresh() {},
      release: letGo,
    });
  } catch (error) {
    await letGo();
    throw error;
  }
}
