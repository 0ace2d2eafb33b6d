import type { Profile } from '../../src/graph/settable.ts';
import type { createMemory } from '../../src/store/memory.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import { SECOND_MS } from './cast.ts';
import type { Watcher } from './faulty-store.ts';
import type { Receivers } from './receivers.ts';
import { type SimulatedServer, simulatedServer } from './server.ts';
import type { Trouble } from './trouble.ts';
import type { World } from './world.ts';

/** How long anything may take to begin or to end. */
export const PATIENCE_MS = 20 * SECOND_MS;

export interface FleetParts {
  readonly world: World;
  readonly trouble: Trouble;
  readonly watcher: Watcher;
  readonly receivers: Receivers;
  readonly memory: ReturnType<typeof createMemory>;
  readonly seed: number;
  readonly profile: Profile;
  readonly feedRetentionMs: number;
  /** How many servers there are when all are well. */
  readonly most: number;
  /** Told of what was given up, by subscription. */
  readonly onLoss: (subscriptionId: string, letter: string | undefined) => void;
  /** Told that somebody came or went: what is late by now is nobody's fault. */
  readonly onMove: () => void;
}

/** The servers on one memory, as they come and go. */
export class Fleet {
  readonly #parts: FleetParts;
  /** Sees what is kept, at once and without faults. */
  readonly eye: PresenceStore;
  #servers: SimulatedServer[] = [];
  #started = 0;
  /** How often one was stopped or killed. */
  restarts = 0;

  constructor(parts: FleetParts) {
    this.#parts = parts;
    this.eye = parts.memory.open();
  }

  /** Those that answer. */
  get all(): readonly SimulatedServer[] {
    return this.#servers;
  }

  get isWhole(): boolean {
    return this.#servers.length >= this.#parts.most;
  }

  any(): SimulatedServer | undefined {
    return this.#servers.length === 0 ? undefined : this.#parts.world.random.pick(this.#servers);
  }

  /** Whether the work on each partition is somebody's. */
  isHeld(): boolean {
    for (let partition = 0; partition < this.eye.partitions; partition++) {
      if (!this.#servers.some((server) => server.holds(partition) !== undefined)) return false;
    }
    return true;
  }

  /** One more, unless the store keeps it from starting. */
  async start(): Promise<void> {
    const { world, trouble, memory, seed, onMove } = this.#parts;
    const number = ++this.#started;
    const store = memory.open();
    const server = simulatedServer({ ...this.#parts, number, store, seed: seed * 64 + number });
    world.say(() => `${number} starts`);
    onMove();
    const opening = server.open();
    const hasEnded = await world.until(opening, PATIENCE_MS);
    if (!hasEnded) {
      if (!trouble.isOn) world.complain(`${number} doesn't start`);
      this.#drop(server);
      return;
    }
    try {
      await opening;
      this.#servers.push(server);
    } catch (error) {
      world.say(() => `${number} did not start: ${String(error)}`);
      server.end();
      this.#forget(server);
    }
    world.stir(4 * SECOND_MS);
  }

  /** Ends one where it stands; perhaps another takes its place at once. */
  async kill(server: SimulatedServer): Promise<void> {
    const { world } = this.#parts;
    this.restarts++;
    world.say(() => `${server.number} is killed`);
    this.#drop(server);
    if (world.random.chance(0.7)) await this.start();
  }

  /** Ends one in order. */
  async stop(server: SimulatedServer): Promise<void> {
    const { world, trouble, onMove } = this.#parts;
    this.restarts++;
    world.say(() => `${server.number} stops`);
    this.#servers = this.#servers.filter((each) => each !== server);
    onMove();
    // Whoever asked before is answered first; nobody waits for them for ever.
    const stopping = server.answered().then(() => server.stop());
    const hasEnded = await world.until(stopping, PATIENCE_MS);
    if (hasEnded) {
      await stopping;
      server.end();
      this.#forget(server);
    } else {
      if (!trouble.isOn) world.complain(`${server.number} doesn't stop`);
      this.#drop(server);
    }
    if (this.#servers.length === 0) await this.start();
  }

  #drop(server: SimulatedServer): void {
    server.kill();
    this.#forget(server);
  }

  /** It is no more, and where it is alone nobody has to wait for its leases to run out. */
  #forget(server: SimulatedServer): void {
    const { most, onMove } = this.#parts;
    this.#servers = this.#servers.filter((each) => each !== server);
    onMove();
    if (most > 1) return;
    void server.raw.leases.leave();
    for (const lease of server.leases) void server.raw.leases.release(lease);
  }
}
