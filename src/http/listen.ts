import {
  createServer as createHttpServer,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { errorBody, GraphError, type GraphErrorCode } from '../graph/error.ts';
import { newRequestId } from './request-ids.ts';
import { JSON_TYPE } from './route.ts';

/** How long a client may take, in ms. */
export interface ArrivalLimits {
  /** For the headers of a request. */
  readonly headersTimeout: number;
  /** For a whole request; also how long a server that closes waits for one to end. */
  readonly requestTimeout: number;
  /** Between two requests. */
  readonly keepAliveTimeout: number;
  /** Node looks for late requests at this interval; its default would let them live 30 s longer. */
  readonly connectionsCheckingInterval: number;
  /** For hanging up after it was refused. */
  readonly lingerTimeout: number;
}

export const ARRIVAL_LIMITS: ArrivalLimits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1000,
  lingerTimeout: 1000,
};

/** Bytes of a request line with its headers: 650 ids fit into an address, and a token beside them. */
const LARGEST_HEAD_BYTES = 32 * 1024;

/** How often a closing server looks for connections that have become idle. */
const SWEEP_INTERVAL_MS = 50;

export interface ListenOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** PEM; with it the server speaks HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Whether the process goes on as long as it listens; it does by default. */
  readonly holdsProcess?: boolean;
  /** Shorter limits than the usual ones, for tests. */
  readonly limits?: ArrivalLimits;
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
  { host, port, tls, holdsProcess = true, limits = ARRIVAL_LIMITS, nowMs }: ListenOptions,
): Promise<Listening> {
  // Node would refuse a request without Host by itself, and with nothing but a status.
  const options = { ...limits, requireHostHeader: false, maxHeaderSize: LARGEST_HEAD_BYTES };
  const latest = new WeakMap<Duplex, ServerResponse>();
  const listener: RequestListener = (request, response) => {
    // Who goes on sending while the server closes is told to go elsewhere.
    if (!server.listening) response.setHeader('connection', 'close');
    latest.set(request.socket, response);
    if (request.headers.host === undefined && request.httpVersion === '1.1') {
      hangUp(request.socket, MALFORMED);
    } else {
      handler(request, response);
    }
  };
  const server: Server =
    tls === undefined
      ? createHttpServer(options, listener)
      : createHttpsServer({ ...options, ...tls }, listener);

  function hangUp(socket: Duplex, refusal?: Refusal): void {
    socket.end(refusal && refusalText(refusal, nowMs()));
    // Node forgets a connection that it gave up on, and a client may keep its half open for ever.
    const linger = setTimeout(() => socket.destroy(), limits.lingerTimeout);
    socket.once('close', () => clearTimeout(linger));
  }

  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const refusal = REFUSALS[error.code ?? ''] ?? MALFORMED;
    const response = latest.get(socket);
    if (response === undefined || response.writableFinished) {
      // A request whose body went wrong after it was answered gets no second answer.
      hangUp(socket, response === undefined || response.req.complete ? refusal : undefined);
    } else if (response.req.complete) {
      // What is wrong comes after a request that is still at work: answers go out in order.
      response.once('finish', () => hangUp(socket, refusal));
    } else {
      hangUp(socket, response.headersSent ? undefined : refusal);
    }
  });
  // This is no proxy; Node would hang up without a word.
  server.on('connect', (_, socket) => hangUp(socket, MALFORMED));
  // An expectation that isn't known here changes nothing; Node would answer with nothing but 417.
  server.on('checkExpectation', listener);

  if (!holdsProcess) server.on('connection', (socket) => socket.unref());

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  if (!holdsProcess) server.unref();
  return {
    address: server.address() as AddressInfo,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A connection that was busy just now is idle once it has its answer.
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL_MS);
      // A closing server doesn't look for late requests any more, nor for clients that say nothing.
      const late = setTimeout(() => server.closeAllConnections(), limits.requestTimeout);
      await closed;
      clearTimeout(late);
      clearInterval(sweep);
    },
  };
}

interface Refusal {
  readonly status: number;
  readonly phrase: string;
  readonly code: GraphErrorCode;
  readonly message: string;
}

const MALFORMED: Refusal = {
  status: 400,
  phrase: 'Bad Request',
  code: 'BadRequest',
  message: 'This is not a well-formed HTTP request.',
};

const REFUSALS: Record<string, Refusal> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    phrase: 'Request Timeout',
    code: 'RequestTimeout',
    message: 'The request took too long to arrive.',
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    phrase: 'Request Header Fields Too Large',
    code: 'RequestHeaderFieldsTooLarge',
    message: 'The request headers are too large.',
  },
};

/** The whole answer to what Node's parser couldn't read as a request (conflicting lengths, garbage, too slow). */
function refusalText({ status, phrase, code, message }: Refusal, nowMs: number): string {
  const requestId = newRequestId();
  const ids = { requestId, clientRequestId: requestId };
  const body = JSON.stringify(errorBody(new GraphError(status, code, message), ids, nowMs));
  return (
    `HTTP/1.1 ${status} ${phrase}\r\nContent-Type: ${JSON_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
    `request-id: ${requestId}\r\nclient-request-id: ${requestId}\r\nConnection: close\r\n\r\n${body}`
  );
}
