import { StoreUnusable } from '../errors.ts';
import { Hints } from '../hints.ts';
import type { PresenceStore } from '../store.ts';
import { reading } from './damage.ts';
import { existingTable, mapFile } from './database.ts';
import type { Hint, Line } from './line.ts';
import { lmdbStore } from './lmdb-store.ts';
import { readRecord } from './records.ts';
import { Room } from './room.ts';
import { SharedCommitter } from './shared-committer.ts';
import { sharedDocuments } from './shared-documents.ts';
import { sharedLeases } from './shared-leases.ts';
import { openTables } from './tables.ts';
import { fileIn } from './take-file.ts';
import { writtenLog } from './written.ts';

/**
 * The address space of a shared file. LMDB maps a file anew when it outgrows its map; when another
 * process made it grow, that may be in a read and in a write at once, which it isn't made for. So it
 * begins with more than a store gets. It costs no memory.
 */
export const SHARED_MAP_BYTES = 2 ** 38;

/** What `written.ts` keeps. */
export const WRITTEN_TABLE = 'written';

export interface SharedLmdbStoreOptions {
  /** The data folder, whose store is held by the process at the other end of `line`. */
  readonly path: string;
  readonly line: Line;
  /** A clock that never steps, for pacing attempts to write; tests hand in their own. */
  readonly monotonicMs?: () => number;
}

/**
 * Opens the embedded store of a data folder as one of several processes that share it. Nothing is kept in
 * memory of what is in the file: another process may have changed it since.
 */
export async function openSharedLmdbStore(options: SharedLmdbStoreOptions): Promise<PresenceStore> {
  const { line } = options;
  const path = fileIn(options.path);
  const root = mapFile(path, SHARED_MAP_BYTES);
  const room = new Room(path);
  const release = async () => {
    room.close();
    await root.close();
  };
  try {
    const found = reading(
      path,
      () => 'LMDB',
      () => openTables(path, root, room),
    );
    const { documents, history } = found;
    const table = existingTable(root, WRITTEN_TABLE);
    if (documents === undefined || history === undefined || table === undefined) {
      throw new StoreUnusable('StoreDamaged', path, 'nobody holds it for processes that share it');
    }
    const database = { ...found, documents, history };
    const hints = { changes: new Hints(), documents: new Hints() };
    const written = writtenLog(table, line.holder);
    const writes = new SharedCommitter(database, {
      written,
      holder: line.holder,
      monotonicMs: options.monotonicMs ?? (() => performance.now()),
      onCommitted(what: Hint) {
        hints[what].give();
        line.hint(what);
      },
    });
    line.onHint((what) => hints[what].give());
    // lmdb goes on reading the same state for as long as the event loop takes to come round.
    const refresh = () => root.resetReadTxn();
    return lmdbStore(database, {
      records: { get: (tenantId, userId) => readRecord(database, tenantId, userId) },
      writes,
      documents: (mustBeOpen) =>
        sharedDocuments(database, {
          writes,
          written,
          hints: hints.documents,
          mustBeOpen,
          refresh,
        }),
      leases: sharedLeases(line, {
        putFence: (fence) => writes.putFence(fence),
        released: (fence) => writes.released(fence),
      }),
      changes: hints.changes,
      refresh,
      release,
    });
  } catch (error) {
    await release();
    throw error;
  }
}
