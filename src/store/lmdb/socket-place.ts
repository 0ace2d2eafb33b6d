import { closeSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** What fits into a socket's address on every system, in bytes. */
const LONGEST_ADDRESS = 100;

/** Where a socket is, for `listen` and `connect`; good until it is released. */
export interface SocketPlace {
  readonly address: string;
  release(): void;
}

/**
 * Names for a new socket, the best first: in the data folder, where another container that shares it
 * finds it under whatever path; in the system's folder for temporary files; or a pipe on Windows.
 */
export function socketNames(nonce: string): string[] {
  if (process.platform === 'win32') return [`\\\\.\\pipe\\porchlight-${nonce}`];
  const name = `serving-${nonce}.sock`;
  return [name, join(tmpdir(), `porchlight-${name}`)];
}

/** Where the socket of this name is. */
export function placeOf(folder: string, name: string): SocketPlace {
  if (isAbsolute(name)) return { address: name, release: () => {} };
  const path = join(folder, name);
  if (Buffer.byteLength(path) <= LONGEST_ADDRESS || process.platform !== 'linux') {
    return { address: path, release: () => {} };
  }
  // Through the opened folder the path is short, however deep the folder is.
  const descriptor = openSync(folder, 'r');
  return {
    address: `/proc/self/fd/${descriptor}/${name}`,
    release: () => closeSync(descriptor),
  };
}
