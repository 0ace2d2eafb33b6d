import { join } from 'node:path';
import type { PresenceStore } from '../store.ts';
import { checkFile } from './check-file.ts';
import { createStore } from './create.ts';
import { reading } from './damage.ts';
import { mapFile } from './database.ts';
import { lmdbStore } from './lmdb-store.ts';
import { Room } from './room.ts';
import { serve } from './serving.ts';
import { openTables, sample } from './tables.ts';
import { upgrade } from './upgrade.ts';

const CACHED_RECORDS = 10_000;

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
  const folder = options.path;
  const path = join(folder, 'porchlight.mdb');
  await createStore(folder, path);
  checkFile(path);
  const root = reading(
    path,
    () => 'LMDB',
    () => mapFile(path),
  );
  const room = new Room(path);
  const close = async () => {
    room.close();
    await root.close();
  };
  let letGo = close;
  try {
    const found = reading(
      path,
      () => 'LMDB',
      () => openTables(path, root, room),
    );
    sample(found);
    const serving = await serve(found, folder);
    letGo = () => serving.release(close);
    // Not before: until now it may be served by the earlier Porchlight that made it.
    const database = reading(
      path,
      () => 'LMDB',
      () => upgrade(found),
    );
    return lmdbStore(database, {
      cachedRecords: options.cachedRecords ?? CACHED_RECORDS,
      monotonicMs: options.monotonicMs ?? (() => performance.now()),
      release: letGo,
    });
  } catch (error) {
    await letGo();
    throw error;
  }
}
