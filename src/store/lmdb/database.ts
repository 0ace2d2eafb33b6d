import * as lmdb from 'lmdb';
import type { Room } from './room.ts';

/** A part of the store: keys and values as bytes. */
export type Table = lmdb.Database<Buffer, Uint8Array>;

/** The file, opened, and its parts. */
export interface Database {
  readonly path: string;
  readonly root: lmdb.RootDatabase<Buffer, Uint8Array>;
  /** User → record. */
  readonly records: Table;
  /** Instant and user → nothing. */
  readonly due: Table;
  /** Counter → feed entry. */
  readonly feed: Table;
  /** User and number of a change → key of its feed entry. */
  readonly history: Table;
  /** Collection and id → text of a document. */
  readonly documents: Table;
  /** What the store says of itself: see `meta.ts`. */
  readonly meta: Table;
  readonly room: Room;
}

export const TABLES = ['records', 'due', 'feed', 'history', 'documents', 'meta'] as const;

const BYTES = { encoding: 'binary', keyEncoding: 'binary' } as const;

/**
 * Maps the file. `overlappingSync: false` makes a commit include the flush to disk;
 * `eventTurnBatching: false` leaves the grouping to us, and keeps a failing commit from raising
 * rejections that nobody holds. With `mapBytes` the map has that size from the start; else it begins
 * small and grows with the file.
 */
export function mapFile(path: string, mapBytes?: number): Database['root'] {
  return lmdb.open<Buffer, Uint8Array>({
    path,
    ...BYTES,
    noSubdir: true,
    overlappingSync: false,
    eventTurnBatching: false,
    maxDbs: 8,
    permissionsMode: 0o600,
    ...(mapBytes !== undefined && { mapSize: mapBytes }),
  } as lmdb.RootDatabaseOptionsWithPath);
}

/** A part that should be there, or undefined: looking changes nothing. */
export function existingTable(root: Database['root'], name: string): Table | undefined {
  const options = { ...BYTES, create: false } as lmdb.DatabaseOptions;
  // Typed as if it always were there; without `create` it may not be.
  return root.openDB<Buffer, Uint8Array>(name, options) as Table | undefined;
}

/** A part, made if it isn't there. */
export function table(root: Database['root'], name: string): Table {
  return root.openDB<Buffer, Uint8Array>(name, BYTES);
}
