import { table } from './database.ts';
import { readFence } from './meta.ts';
import { SHARED_MAP_BYTES, WRITTEN_TABLE } from './open-shared.ts';
import { takeFile } from './take-file.ts';

/** A store that this process holds for others, which share it. */
export interface HeldStore {
  /** What those go by who may write; stands in the file until it is released, or taken after our end. */
  readonly holder: string;
  /** The greatest fence of a lease that the file knows. */
  readonly fence: number;
  /** Lets the file use again what only processes that were killed were still reading. */
  forgetReaders(): void;
  /** Lets others have it. All that share it have to be gone. */
  release(): Promise<void>;
}

/**
 * Takes the store of a data folder for processes that will share it (`openSharedLmdbStore`), and makes
 * it if there is none.
 *
 * @throws StoreUnusable when it is damaged, newer, or served by another program
 */
export async function holdLmdbStore({ path }: { readonly path: string }): Promise<HeldStore> {
  const { database, holder, letGo } = await takeFile(path, SHARED_MAP_BYTES);
  try {
    const { root, meta, room } = database;
    room.make(2, 0);
    table(root, WRITTEN_TABLE);
    return {
      holder,
      fence: root.transactionSync(() => readFence(meta)),
      forgetReaders: () => void root.readerCheck(),
      release: letGo,
    };
  } catch (error) {
    await letGo();
    throw error;
  }
}
