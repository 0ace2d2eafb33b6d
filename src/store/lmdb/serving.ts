import { randomBytes } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { StoreUnusable } from '../errors.ts';
import { newHolder, saidOf } from '../holder.ts';
import type { Database } from './database.ts';
import { type FileHolder, readHolder, writeHolder } from './meta.ts';
import { placeOf, type SocketPlace, socketNames } from './socket-place.ts';

/** How often the holder may change while we look. Each time somebody else has won. */
const MAX_ATTEMPTS = 10;

/** What serving needs of the store. */
type Served = Pick<Database, 'root' | 'meta' | 'path' | 'room'>;

/** Keeps others from serving the store. */
export interface Serving {
  /** Nonce of the name in the store. */
  readonly holder: string;
  /** Lets them, once `letGo` has closed the file. */
  release(letGo: () => Promise<void>): Promise<void>;
}

/**
 * Makes this process the one that serves the store.
 *
 * Who serves listens on a socket in the data folder and has its name in the store. The system closes
 * a socket with its process, however that ends, so a name that nobody listens on is free to take; and
 * as each listens before it puts its name there, in a transaction that checks that nobody was faster,
 * one wins. (A process id would not do: it is given out again, and means nothing to another container.)
 *
 * @throws StoreUnusable StoreInUse
 */
export async function serve(database: Served, folder: string): Promise<Serving> {
  const { root, meta, path, room } = database;
  const { server, place, name } = await listen(folder);
  try {
    const own = { ...newHolder(), socket: name };
    for (let attempt = 1; ; attempt++) {
      const holder = root.transactionSync(() => readHolder(meta));
      if (holder !== undefined && (attempt >= MAX_ATTEMPTS || (await answers(folder, holder)))) {
        throw new StoreUnusable('StoreInUse', path, saidOf(holder));
      }
      const won = root.transactionSync(() => {
        if (readHolder(meta)?.nonce !== holder?.nonce) return false;
        // Within the transaction, as another process may be about to commit the same.
        room.make(1, 0);
        writeHolder(meta, own);
        return true;
      });
      if (!won) continue;
      if (holder !== undefined) removeSocket(folder, holder.socket);
      return {
        holder: own.nonce,
        release: (letGo) => release(database, own, letGo, () => stop(server, place)),
      };
    }
  } catch (error) {
    await stop(server, place);
    throw error;
  }
}

async function release(
  { root, meta, room }: Served,
  own: FileHolder,
  letGo: () => Promise<void>,
  stop: () => Promise<void>,
): Promise<void> {
  try {
    root.transactionSync(() => {
      if (readHolder(meta)?.nonce !== own.nonce) return;
      room.make(1, 0);
      writeHolder(meta, undefined);
    });
  } catch {
    // The disk is full: our name stays, and means nothing once the socket is closed.
  }
  await letGo();
  await stop();
}

async function listen(
  folder: string,
): Promise<{ server: Server; place: SocketPlace; name: string }> {
  let fault: unknown;
  for (const name of socketNames(randomBytes(6).toString('hex'))) {
    const place = placeOf(folder, name);
    const server = createServer((socket) => socket.destroy());
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(place.address, resolve);
      });
      server.on('error', () => {
        // A connection that could not be accepted: whoever asks takes us for alive all the same.
      });
      server.unref();
      return { server, place, name };
    } catch (error) {
      // Some file systems hold no sockets: the next name is elsewhere.
      place.release();
      fault = error;
    }
  }
  throw fault;
}

async function stop(server: Server, place: SocketPlace): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
  place.release();
}

/** Whether somebody listens there. Whatever speaks neither for nor against it counts as yes. */
async function answers(folder: string, holder: FileHolder): Promise<boolean> {
  const place = placeOf(folder, holder.socket);
  try {
    await new Promise<void>((resolve, reject) => {
      const socket = connect(place.address, () => {
        socket.destroy();
        resolve();
      });
      socket.once('error', reject);
    });
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code !== 'ENOENT' && code !== 'ECONNREFUSED' && code !== 'ENOTSOCK';
  } finally {
    place.release();
  }
}

function removeSocket(folder: string, name: string): void {
  const place = placeOf(folder, name);
  try {
    unlinkSync(place.address);
  } catch {
    // Gone already, or a pipe, which has no file.
  } finally {
    place.release();
  }
}
