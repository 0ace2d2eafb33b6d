import { createHook } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { OutboundRequest } from '../../src/outbound/outbound.ts';

/** Listening sockets that nobody may connect to. */
export interface Trap {
  readonly ports: readonly number[];
  /** Connections taken. */
  readonly caught: () => number;
  readonly close: () => void;
}

/** On 127.0.0.1, on ::1, on 0.0.0.0, and on every address of both families. */
export async function setTrap(): Promise<Trap> {
  let caught = 0;
  const servers: Server[] = [];
  for (const host of ['127.0.0.1', '::1', '0.0.0.0', '::']) {
    const server = createServer((socket) => {
      caught += 1;
      socket.on('error', () => {});
      socket.end('HTTP/1.1 204 No Content\r\n\r\n');
    });
    server.listen(0, host);
    await once(server, 'listening');
    servers.push(server);
  }
  return {
    ports: servers.map(portOf),
    caught: () => caught,
    close: () => {
      for (const server of servers) server.close();
    },
  };
}

export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Counts what this process asks of the system, wherever in Node that comes from. */
export function watchSystem(): { connects: () => number; lookups: () => number; stop: () => void } {
  const counts = { TCPCONNECTWRAP: 0, GETADDRINFOREQWRAP: 0 };
  const hook = createHook({
    init(_, type) {
      if (type === 'TCPCONNECTWRAP' || type === 'GETADDRINFOREQWRAP') counts[type] += 1;
    },
  }).enable();
  return {
    connects: () => counts.TCPCONNECTWRAP,
    lookups: () => counts.GETADDRINFOREQWRAP,
    stop: () => hook.disable(),
  };
}

/** A notification of little size; `rest` says what is special about it. */
export function post(url: string, rest: Partial<OutboundRequest> = {}): OutboundRequest {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: '{}',
    timeoutMs: 5000,
    maxReplyBytes: 64 * 1024,
    ...rest,
  };
}
