import { Confirmations } from './confirmations.ts';
import type { Connection } from './connection.ts';
import { SLOTS } from './key-slot.ts';
import { type Server, serverName } from './server.ts';
import { Signal } from './signal.ts';
import type { View } from './topology.ts';

/** How long a server may be silent before it is looked whether another has taken its place. */
const SILENCE_MS = 500;

/** A server that takes writes, and the connections to it. */
export interface Primary {
  readonly server: Server;
  readonly write: Connection;
  /** Beside the other one, which WAIT blocks. */
  readonly read: Connection;
  /** Of what is sent by `write`. */
  readonly confirmations: Confirmations;
}

export interface PrimariesOptions {
  /** Of replicas, how many have to confirm. */
  readonly replicas: number;
  readonly timeoutMs: number;
  connect(server: Server, onChange: (connection: Connection) => void): Connection;
  /** A primary is there again, or has keys that another one had. */
  onBack(): void;
}

/** The servers that take writes now, and which of them has which slot. */
export class Primaries {
  readonly #options: PrimariesOptions;
  readonly #all = new Map<string, Primary>();
  /** What servers said since the view was taken: slot → server. */
  readonly #moved = new Map<number, Server>();
  readonly #changed = new Signal();
  #view: View | undefined;

  constructor(options: PrimariesOptions) {
    this.#options = options;
  }

  get all(): readonly Primary[] {
    return [...this.#all.values()];
  }

  /** Who has the keys of a slot, if anyone is known to. */
  of(slot: number): Primary | undefined {
    const owner = this.ownerOf(slot);
    return owner && this.#all.get(serverName(owner));
  }

  ownerOf(slot: number): Server | undefined {
    return this.#moved.get(slot) ?? this.#view?.ownerOf(slot);
  }

  /** The connections to a server, made if there are none. */
  at(server: Server): Primary {
    const name = serverName(server);
    const found = this.#all.get(name);
    if (found !== undefined) return found;
    const { connect, replicas, timeoutMs } = this.#options;
    // At the start there is nothing to come back to.
    let isBack = this.#view !== undefined;
    const write = connect(server, () => {
      if (write.isThere && isBack) this.#options.onBack();
      isBack = true;
      this.#changed.give();
    });
    const read = connect(server, () => this.#changed.give());
    const confirmations = new Confirmations(write, replicas, timeoutMs);
    const primary = { server, write, read, confirmations };
    this.#all.set(name, primary);
    return primary;
  }

  /** Goes by a new view: connects to who is new, and lets go of who takes no writes any more. */
  apply(view: View): void {
    const before = this.#view;
    const names = new Set(view.primaries.map(serverName));
    for (const [name, { write, read }] of this.#all) {
      if (names.has(name)) continue;
      this.#all.delete(name);
      for (const connection of [write, read]) connection.drop('another server has taken its place');
    }
    for (const server of view.primaries) this.at(server);
    this.#moved.clear();
    this.#view = view;
    // One that is new says so itself, as soon as it is there.
    if (before !== undefined && this.#hasMoved(before, view)) this.#options.onBack();
    this.#changed.give();
  }

  /** A server said that another one has the slot. */
  move(slot: number, server: Server): void {
    this.#moved.set(slot, server);
    this.at(server);
  }

  /** Whether one is away, or so silent that another may have taken its place. */
  isTroubled(): boolean {
    if (this.#moved.size > 0) return true;
    const nowMs = performance.now();
    return this.all.some(({ write, read }) =>
      [write, read].some((each) => !each.isThere || each.silentMs(nowMs) > SILENCE_MS),
    );
  }

  /** Resolves when something has changed, or the time is over. */
  changed(timeoutMs: number): Promise<void> {
    return this.#changed.next(timeoutMs);
  }

  async close(): Promise<void> {
    const connections = this.all.flatMap(({ write, read }) => [write, read]);
    await Promise.all(connections.map((connection) => connection.close()));
    this.#changed.give();
  }

  /** Whether keys have gone to a server that there is a connection to already. */
  #hasMoved(before: View, after: View): boolean {
    for (let slot = 0; slot < SLOTS; slot++) {
      const [from, to] = [before.ownerOf(slot), after.ownerOf(slot)];
      if (to === undefined || (to.port === from?.port && to.host === from.host)) continue;
      if (this.at(to).write.isThere) return true;
    }
    return false;
  }
}
