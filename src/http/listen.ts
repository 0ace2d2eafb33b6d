import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { errorBody, GraphError, type GraphErrorCode } from '../graph/error.ts';
import { newRequestId } from './request-ids.ts';
import { JSON_TYPE } from './route.ts';

/** Slow clients: headers must have come within 10 s, the whole request within 15 s. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 65_000,
  // Node looks for late requests at this interval; its default would let them live 30 s longer.
  connectionsCheckingInterval: 1000,
};

export interface ListenOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** PEM; with it the server speaks HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly nowMs: () => number;
}

export interface Listening {
  readonly address: AddressInfo;
  /** Takes no new request, lets open ones finish, and resolves when all connections are closed. */
  close(): Promise<void>;
}

/** Opens a port. Requests go to `handler`; what isn't a request is answered here. */
export async function listen(
  handler: RequestListener,
  { host, port, tls, nowMs }: ListenOptions,
): Promise<Listening> {
  const server: Server =
    tls === undefined
      ? createHttpServer(LIMITS, handler)
      : createHttpsServer({ ...LIMITS, ...tls }, handler);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) =>
    refuse(socket, error, nowMs()),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    address: server.address() as AddressInfo,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      await closed;
    },
  };
}

const REFUSALS: Record<string, [status: number, phrase: string, GraphErrorCode, message: string]> =
  {
    ERR_HTTP_REQUEST_TIMEOUT: [
      408,
      'Request Timeout',
      'RequestTimeout',
      'The request took too long to arrive.',
    ],
    HPE_HEADER_OVERFLOW: [
      431,
      'Request Header Fields Too Large',
      'RequestHeaderFieldsTooLarge',
      'The request headers are too large.',
    ],
  };

/** Answers what Node's parser couldn't read as a request (conflicting lengths, garbage, too slow). */
function refuse(socket: Socket, error: NodeJS.ErrnoException, nowMs: number): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, phrase, code, message] = REFUSALS[error.code ?? ''] ?? [
    400,
    'Bad Request',
    'BadRequest',
    'This is not a well-formed HTTP request.',
  ];
  const requestId = newRequestId();
  const ids = { requestId, clientRequestId: requestId };
  const body = JSON.stringify(errorBody(new GraphError(status, code, message), ids, nowMs));
  socket.end(
    `HTTP/1.1 ${status} ${phrase}\r\nContent-Type: ${JSON_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `request-id: ${requestId}\r\nclient-request-id: ${requestId}\r\nConnection: close\r\n\r\n${body}`,
  );
}
