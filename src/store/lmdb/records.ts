import { decodeRecord } from '../codec.ts';
import { RecordCache, type Slot } from '../record-cache.ts';
import { reading } from './damage.ts';
import type { Database } from './database.ts';
import { userKey } from './keys.ts';

/** The committed records: those used last from memory, the others from the file. */
export class Records {
  readonly #database: Database;
  readonly #cache: RecordCache;

  constructor(database: Database, cachedRecords: number) {
    this.#database = database;
    this.#cache = new RecordCache(cachedRecords);
  }

  /**
   * @throws StoreUnusable when the record is damaged
   * @throws TypeError for ids that aren't lower-case GUIDs
   */
  get(tenantId: string, userId: string): Slot | undefined {
    return this.#cache.get(tenantId, userId) ?? this.#load(tenantId, userId);
  }

  /** Remembers what was committed. */
  committed(slots: Iterable<Slot>): void {
    for (const slot of slots) this.#cache.set(slot);
  }

  /** Forgets what is in memory, which may not be what is in the file. */
  doubt(): void {
    this.#cache.clear();
  }

  #load(tenantId: string, userId: string): Slot | undefined {
    const slot = readRecord(this.#database, tenantId, userId);
    if (slot !== undefined) this.#cache.set(slot);
    return slot;
  }
}

/** The record as the file has it. Throws as `Records.get` does. */
export function readRecord(
  { path, records }: Database,
  tenantId: string,
  userId: string,
): Slot | undefined {
  const bytes = records.getBinaryFast(userKey(tenantId, userId));
  if (bytes === undefined) return undefined;
  // The bytes are lmdb's reading buffer, longer than the value and overwritten by the next read.
  const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const { record, armedMs } = reading(
    path,
    () => `record of user ${userId} of tenant ${tenantId}`,
    () => decodeRecord(value),
  );
  return { tenantId, userId, record, armedMs };
}
