import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { LmdbFile } from './lmdb-file.ts';

/** Pages that any commit may need beside those it changes: branches, the list of free pages. */
const SPARE_PAGES = 256;

/** How far the file grows at a time, so that most commits find their room. */
const LARGEST_STEP_BYTES = 1 << 24;

const zeros = Buffer.alloc(1 << 18);

/**
 * Makes sure that a commit finds its room in the file before LMDB writes it. LMDB's own way of
 * failing on a full disk writes its message past the end of a buffer (lmdb 3.5.6, `mdb_page_flush`:
 * 100 bytes), which ends the process sooner or later; so the file is grown here, and a full disk is
 * met here. File systems that copy on write can still be full for LMDB.
 *
 * Nobody else may be committing meanwhile.
 */
export class Room {
  readonly #file: LmdbFile;
  readonly #descriptor: number;

  constructor(path: string) {
    this.#file = new LmdbFile(path);
    this.#descriptor = openSync(path, 'r+');
  }

  /**
   * Room for a commit of that many puts and removes in different places, with values of that many
   * bytes. `apart` is how many of the values may be too large to share a page: they take pages side
   * by side, and those that are free within the file may not be.
   * @throws the system's error when there is none
   */
  make(operations: number, valueBytes: number, apart = 0): void {
    const meta = this.#file.meta();
    if (typeof meta === 'string') throw new Error(`the store's file: ${meta}`);
    const { pageBytes, lastPage } = meta;
    const usedBytes = (lastPage + 1) * pageBytes;
    // Each operation changes a page, and now and then splits it; but no more pages than there are.
    const changed = Math.min(Math.ceil(operations * 1.25), lastPage + 1);
    // Pages may be left half empty, and the last page of a value apart more than that.
    const added = Math.ceil((2 * valueBytes) / pageBytes) + apart;
    const neededBytes = usedBytes + (changed + added + SPARE_PAGES) * pageBytes;
    const fileBytes = fstatSync(this.#descriptor).size;
    if (fileBytes >= neededBytes) return;
    const step = Math.min(LARGEST_STEP_BYTES, usedBytes >> 2);
    this.#grow(fileBytes, neededBytes, neededBytes + step);
  }

  close(): void {
    this.#file.close();
    closeSync(this.#descriptor);
  }

  #grow(fromBytes: number, neededBytes: number, wantedBytes: number): void {
    let at = fromBytes;
    try {
      while (at < wantedBytes) {
        at += writeSync(this.#descriptor, zeros, 0, Math.min(zeros.length, wantedBytes - at), at);
      }
    } catch (error) {
      if (at < neededBytes) throw error;
    }
  }
}
