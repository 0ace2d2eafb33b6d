import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import { portOf } from './trap.ts';

/** What a receiver does with the bytes of a connection, as they come. */
export type Script = (socket: Socket, chunk: Buffer, place: Place) => void;

export interface Place {
  /** Of the connection, from 0. */
  readonly connection: number;
  /** Of the request on its connection, from 0. */
  readonly request: number;
}

/** A receiver that speaks bytes, so that it can say anything. */
export interface Receiver {
  readonly port: number;
  readonly connections: readonly Socket[];
  /** All that was received, of every connection. */
  readonly received: () => string;
}

export interface ReceiverOptions {
  readonly host?: string;
  readonly tls?: TlsOptions;
  /** Before a byte is received. */
  readonly greet?: (socket: Socket) => void;
}

/** Hung up when the test ends. `script` is called for every chunk. */
export async function receive(script: Script, options: ReceiverOptions = {}): Promise<Receiver> {
  const { host = '127.0.0.1', tls, greet } = options;
  const connections: Socket[] = [];
  const chunks: Buffer[] = [];
  const serve = (socket: Socket) => {
    const connection = connections.push(socket) - 1;
    let request = -1;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (/^(GET|POST) /.test(chunk.toString('latin1'))) request += 1;
      script(socket, chunk, { connection, request });
    });
    greet?.(socket);
  };
  const server: Server = tls ? createTlsServer(tls, serve) : createServer(serve);
  server.on('tlsClientError', () => {});
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return {
    port: portOf(server),
    connections,
    received: () => Buffer.concat(chunks).toString('latin1'),
  };
}

/** An answer that keeps its connection. */
export function ok(body = 'fine', headers = ''): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
