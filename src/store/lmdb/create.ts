import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { mapFile, TABLES, table } from './database.ts';
import { writeFormat } from './meta.ts';

/** What a new store needs, and what it soon will. */
const ROOM_BYTES = 1 << 21;

/**
 * Makes a new, empty store at `file`, unless there is one. It is made elsewhere and put there whole:
 * whatever stands at that path without being a store was not left by a crash of ours.
 */
export async function createStore(folder: string, file: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (existsSync(file)) return;
  const workshop = mkdtempSync(join(folder, 'new-'));
  try {
    // Met here and not by LMDB (see `Room`), a full disk is an error like any other.
    writeFileSync(join(workshop, 'room'), Buffer.alloc(ROOM_BYTES));
    const made = join(workshop, 'porchlight.mdb');
    const root = mapFile(made);
    for (const name of TABLES) {
      const made = table(root, name);
      if (name === 'meta') writeFormat(made);
    }
    await root.close();
    link(made, file);
    flushFolder(folder);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

/** Gives the file its place, unless another process was faster. */
function link(made: string, file: string): void {
  try {
    linkSync(made, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  }
}

/** A name in a folder survives a power loss once the folder is flushed. Windows does that by itself. */
function flushFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
