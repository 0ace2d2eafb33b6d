import type { RequestListener } from 'node:http';
import { type Listening, type ListenOptions, listen } from './listen.ts';

/** Where to listen; port 0 lets the system choose. */
export type Listener = Omit<ListenOptions, 'nowMs'>;

/** The ports of one server. */
export interface Ports {
  /** One for each port that is open, `http://127.0.0.1:4280`. */
  readonly origins: readonly string[];
  /** Opens one more. Rejects when it can't be had. */
  open(listener: Listener, handler: RequestListener): Promise<void>;
  /** Takes no new request, lets open ones finish, and resolves when all connections are closed. */
  close(): Promise<void>;
}

export function createPorts(nowMs: () => number): Ports {
  const open: { readonly listening: Listening; readonly origin: string }[] = [];

  return {
    get origins() {
      return open.map(({ origin }) => origin);
    },

    async open(listener, handler) {
      const listening = await listen(handler, { ...listener, nowMs });
      open.push({ listening, origin: originOf(listening, listener) });
    },

    async close() {
      await Promise.all(open.map(({ listening }) => listening.close()));
    },
  };
}

function originOf({ address }: Listening, { tls }: Listener): string {
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${tls === undefined ? 'http' : 'https'}://${host}:${address.port}`;
}
