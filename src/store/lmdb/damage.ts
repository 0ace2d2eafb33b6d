import { readingValue } from '../damage.ts';

/** LMDB's own words for a broken file: MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_INVALID. */
const LMDB_DAMAGE = [-30797, -30796, -30793];

/** Runs `read`; what it meets of damage in the file becomes a `StoreUnusable` that says where. */
export function reading<Value>(path: string, what: () => string, read: () => Value): Value {
  return readingValue(() => path, what, read, isLmdbDamage);
}

function isLmdbDamage(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'number' &&
    LMDB_DAMAGE.includes(error.code)
  );
}
