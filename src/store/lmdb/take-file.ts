import { join } from 'node:path';
import { checkFile } from './check-file.ts';
import { createStore } from './create.ts';
import { reading } from './damage.ts';
import { type Database, mapFile } from './database.ts';
import { Room } from './room.ts';
import { serve } from './serving.ts';
import { openTables, sample } from './tables.ts';
import { upgrade } from './upgrade.ts';

/** The file, opened and served by this program alone. */
export interface TakenFile {
  readonly database: Database;
  /** Nonce of the holder that stands in the file now. */
  readonly holder: string;
  /** Closes it, and lets others take it. */
  letGo(): Promise<void>;
}

/** Where the store of a data folder is. */
export function fileIn(folder: string): string {
  return join(folder, 'porchlight.mdb');
}

/**
 * Takes the store of a data folder for this program, and makes it if there is none. A folder that can't
 * be used is left as it is.
 *
 * @param mapBytes how much of the address space the file gets at once, see `mapFile`
 * @throws StoreUnusable when it is damaged, newer, or served by another process
 */
export async function takeFile(folder: string, mapBytes?: number): Promise<TakenFile> {
  const path = fileIn(folder);
  await createStore(folder, path);
  checkFile(path);
  const root = reading(
    path,
    () => 'LMDB',
    () => mapFile(path, mapBytes),
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
    return { database, holder: serving.holder, letGo };
  } catch (error) {
    await letGo();
    throw error;
  }
}
