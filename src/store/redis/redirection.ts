import { isRefusal } from './link-error.ts';
import type { Server } from './server.ts';

/** Where a member of a cluster sends a call on to; nothing of it was done. */
export interface Redirection {
  readonly server: Server;
  /** For this one time: the slot is being moved there, and belongs to who said so until then. */
  readonly once: boolean;
}

/** Reads `MOVED slot host:port` and `ASK slot host:port`; undefined for any other error. */
export function redirectionIn(error: unknown, from: Server | undefined): Redirection | undefined {
  const once = isRefusal(error, 'ASK ');
  if (!once && !isRefusal(error, 'MOVED ')) return undefined;
  const [, , address = ''] = (error as Error).message.split(' ');
  const colon = address.lastIndexOf(':');
  const said = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  // Without a host it is a port of the one that said so.
  const host = ['', '?'].includes(said) && from !== undefined ? from.host : said;
  return { server: { host, port: Number(address.slice(colon + 1)) }, once };
}
