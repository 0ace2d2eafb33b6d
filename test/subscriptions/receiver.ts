import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createOutbound } from '../../src/outbound/open.ts';
import type { Outbound } from '../../src/outbound/outbound.ts';

/** A request as the receiver got it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  /** As it stood in the address, undecoded. */
  readonly query: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ReceiverAnswer {
  readonly status?: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The validation token if nothing else is said. */
  readonly body?: string;
}

/** What a receiver does with a request; a promise makes it wait. */
export type Behaviour = (request: Received) => ReceiverAnswer | Promise<ReceiverAnswer>;

export interface Receiver {
  readonly origin: string;
  readonly received: Received[];
  /** Answers validation requests as Graph asks for, until it is told otherwise. */
  behave(behaviour: Behaviour): void;
  /** Resolves when so many requests have come in all. */
  count(requests: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * An application that receives notifications: a real server on a port of this machine.
 * @param tls makes it one with HTTPS, at https://localhost
 */
export async function openReceiver(tls?: {
  readonly key: string;
  readonly cert: string;
}): Promise<Receiver> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  let behaviour: Behaviour = () => ({});

  const listener: RequestListener = async (request, response) => {
    const url = new URL(request.url ?? '', 'http://receiver');
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { method = '', headers } = request;
    const each = { method, path: url.pathname, query: url.search.slice(1), headers, body };
    received.push(each);
    for (const look of waiting) look();
    const answer = await behaviour(each);
    const { status = 200, contentType = 'text/plain', headers: further } = answer;
    response.writeHead(status, { 'content-type': contentType, ...further });
    response.end(answer.body ?? url.searchParams.get('validationToken') ?? '');
  };
  const server = tls === undefined ? createServer(listener) : createHttpsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A test that forgets to close it doesn’t hang for it.
  server.unref();
  const { port } = server.address() as AddressInfo;

  return {
    origin: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    received,
    behave(next) {
      behaviour = next;
    },
    count: (requests) =>
      new Promise((resolve) => {
        const look = () => {
          if (received.length < requests) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Real requests, which may go to this machine, too. */
export function localOutbound(): Outbound {
  return createOutbound({ allow: [], allowHttpToLoopback: true });
}

/**
 * Real requests, each of which ends in a receiver of this process, whatever its address says: what
 * hostile requests name is never reached. The receiver is opened by the first of them.
 */
export function trapOutbound(): Outbound {
  const outbound = localOutbound();
  const rules = createOutbound({ allow: [], allowHttpToLoopback: false });
  let trap: Promise<Receiver> | undefined;
  return {
    async send(request) {
      trap ??= openReceiver();
      const { pathname, search } = new URL(request.url);
      return outbound.send({ ...request, url: `${(await trap).origin}${pathname}${search}` });
    },
    refusal: rules.refusal,
    close() {
      outbound.close();
      void trap?.then((receiver) => receiver.close());
    },
  };
}
