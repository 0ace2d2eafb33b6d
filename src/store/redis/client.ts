import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import type { Access } from './access.ts';
import type { Server } from './server.ts';

/** How soon a lost connection is tried again, and how late at most. */
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 500;

/** How long a connection that is let go of may take to say so; a server that stalls never does. */
const PARTING_MS = 50;

export interface ClientOptions {
  readonly Redis: typeof Redis;
  readonly access: Access;
  /** How long connecting may take, and how long nothing may come back on a connection. */
  readonly timeoutMs: number;
}

/**
 * A client of ioredis that does nothing on its own but to connect anew: it queues nothing, sends nothing
 * twice, and checks nothing. `failures` counts the times that connecting failed in a row, this one included.
 */
export function clientTo(
  server: Server,
  { Redis, access, timeoutMs }: ClientOptions,
  failures: () => number,
): Redis {
  const client = new Redis({
    ...access,
    ...server,
    connectionName: 'porchlight',
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: timeoutMs,
    disconnectTimeout: PARTING_MS,
    // A connection on which nothing comes back is a dead one, though nobody closed it.
    socketTimeout: timeoutMs,
    retryStrategy: () => Math.min(FIRST_RETRY_MS * failures(), LAST_RETRY_MS),
  });
  for (const event of ['error', 'connect']) client.on(event, () => heedErrors(client));
  return client;
}

/** Sockets whose errors are listened for. */
const heeded = new WeakSet<Socket>();

/**
 * ioredis listens for one error of a socket. One by TLS may have two (a certificate that is refused, and the
 * other side's complaint about that), and an error that nobody listens for ends the process. To be called
 * before a client is let go of, too, which may be before it has connected.
 */
export function heedErrors(client: Redis): void {
  const socket: Socket | undefined = client.stream;
  if (socket === undefined || heeded.has(socket)) return;
  heeded.add(socket);
  socket.on('error', () => {
    // The first one was told.
  });
}
