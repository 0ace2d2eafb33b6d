import type { Server } from './server.ts';

/** Which servers take writes, and for which keys. */
export interface View {
  readonly primaries: readonly Server[];
  /** Who has the keys of a slot; undefined when nobody does. */
  ownerOf(slot: number): Server | undefined;
}

/** How it is found out who takes writes. */
export interface Topology {
  /** How often to look though nothing seems wrong. */
  readonly everyMs: number;
  /** @throws Error with a reason for people, when nobody says */
  look(): Promise<View>;
  close(): Promise<void>;
}

/** A view in which one server has all keys. */
export function viewOf(server: Server): View {
  return { primaries: [server], ownerOf: () => server };
}

/** The server that the address names, for good. */
export function standalone(server: Server): Topology {
  return { everyMs: Infinity, look: async () => viewOf(server), close: async () => {} };
}
