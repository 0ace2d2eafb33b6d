import { DamagedValue, NewerValue } from '../codec.ts';
import { StoreUnusable } from '../errors.ts';

/** LMDB's own words for a broken file: MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_INVALID. */
const LMDB_DAMAGE = [-30797, -30796, -30793];

/** Runs `read`; what it meets of damage in the file becomes a `StoreUnusable` that says where. */
export function reading<Value>(path: string, what: () => string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof NewerValue) {
      throw new StoreUnusable('StoreNewer', path, `${what()}: ${error.message}`, { cause: error });
    }
    if (error instanceof DamagedValue || error instanceof RangeError || isLmdbDamage(error)) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StoreUnusable('StoreDamaged', path, `${what()}: ${reason}`, { cause: error });
    }
    throw error;
  }
}

function isLmdbDamage(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'number' &&
    LMDB_DAMAGE.includes(error.code)
  );
}
