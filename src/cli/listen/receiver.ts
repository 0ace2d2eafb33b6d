import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Tell } from './event.ts';
import { Malformed, type Notification, notificationsIn } from './notification.ts';

const LARGEST_BODY_BYTES = 1024 * 1024;

/** A client that drips its request holds nobody up, but it needn't be held for minutes either. */
const REQUEST_TIMEOUT_MS = 15_000;

export interface Receiver {
  /** `http://127.0.0.1:4290`. */
  readonly origin: string;
  close(): Promise<void>;
}

export interface ReceiverParts {
  /** 0 picks a free one. */
  readonly port: number;
  readonly tell: Tell;
  /** Given each notification once its sender has its answer. */
  readonly onNotification: (notification: Notification) => void;
}

/** Listens on this machine for handshakes and notifications. Rejects when the port can't be had. */
export async function openReceiver(parts: ReceiverParts): Promise<Receiver> {
  const server = createServer((request, response) => void answer(request, response, parts));
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(parts.port, '127.0.0.1', resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    origin: `http://${address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { tell, onNotification }: ReceiverParts,
): Promise<void> {
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
  const refuse = (status: number, reason: string, headers = {}) => {
    say(response, status, reason, headers);
    tell({ event: 'refused', path, status, reason });
  };
  if (request.method !== 'POST') {
    return refuse(405, `${request.method}, where notifications are POSTs`, { allow: 'POST' });
  }
  const token = new URLSearchParams(query).get('validationToken');
  if (token !== null) {
    say(response, 200, token);
    return tell({ event: 'handshake', path });
  }
  const body = await read(request);
  if (body === 'broken off') return;
  if (body === 'too large') {
    // What is still on its way is thrown away until the connection ends.
    return refuse(413, `more than ${LARGEST_BODY_BYTES} bytes`, { connection: 'close' });
  }
  let notifications: readonly Notification[];
  try {
    notifications = notificationsIn(body);
  } catch (error) {
    if (error instanceof Malformed) return refuse(400, error.message);
    throw error;
  }
  say(response, 202);
  notifications.forEach(onNotification);
}

function say(response: ServerResponse, status: number, text = '', headers = {}): void {
  response
    .writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      // The token of a handshake is whatever somebody wrote: no page.
      'x-content-type-options': 'nosniff',
      ...headers,
    })
    .end(text);
}

function read(request: IncomingMessage): Promise<Buffer | 'too large' | 'broken off'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request
      .on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= LARGEST_BODY_BYTES) chunks.push(chunk);
        else resolve('too large');
      })
      .on('end', () => resolve(Buffer.concat(chunks)))
      .on('error', () => resolve('broken off'))
      .on('close', () => resolve('broken off'));
  });
}
