import { StoreUnavailable } from '../errors.ts';
import type { Address } from './address.ts';
import { ClusterMap } from './cluster-map.ts';
import {
  type Access,
  Connection,
  type ConnectionOptions,
  type Server,
  serverName,
} from './connection.ts';
import { slotOf } from './key-slot.ts';
import type { Arg, Link, RunOptions, ServerReply } from './link.ts';
import { RETRY_AFTER_MS, reasonOf } from './link-error.ts';
import { Primaries } from './primaries.ts';
import type { Script } from './script.ts';
import { Failure, Sender } from './sender.ts';
import { Sentinels } from './sentinels.ts';
import { complaintAbout } from './server-info.ts';
import { Subscriber } from './subscriber.ts';
import { standalone, type Topology } from './topology.ts';

/** How often it is seen to that all is in place. */
const TICK_MS = 250;

/** How soon after a search for the servers another one may begin. */
const PAUSE_MS = 100;

/** Holds the parts together: who takes writes (topology), the connections to them, sending, and hearing. */
export class RedisLink implements Link {
  readonly name: string;
  readonly kind: Address['kind'];
  readonly #timeoutMs: number;
  readonly #topology: Topology;
  readonly #primaries: Primaries;
  readonly #sender: Sender;
  readonly #subscriber: Subscriber;
  readonly #backListeners = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #isSuspect = false;
  #isClosed = false;

  constructor(address: Address, Redis: ConnectionOptions['Redis'], timeoutMs: number) {
    this.name = address.name;
    this.kind = address.kind;
    this.#timeoutMs = timeoutMs;
    const basis = { Redis, access: accessTo(address), timeoutMs };
    const serving = {
      ...basis,
      check: (info: ReadonlyMap<string, string>) => complaintAbout(info, address.kind),
    };
    this.#topology = topologyOf(address, basis);
    this.#primaries = new Primaries({
      replicas: address.replicas,
      timeoutMs,
      connect: (server, onChange) => new Connection(server, { ...serving, onChange }),
      onBack: () => {
        for (const listener of this.#backListeners) listener();
      },
    });
    const suspect = () => this.#suspect();
    this.#sender = new Sender({
      primaries: this.#primaries,
      timeoutMs,
      replicas: address.replicas,
      slotOf: (key) => (this.kind === 'cluster' ? slotOf(key) : 0),
      suspect,
    });
    this.#subscriber = new Subscriber({
      timeoutMs,
      connect: (server, hooks) => new Connection(server, { ...serving, ...hooks }),
      ownerOf: (slot) => this.#primaries.ownerOf(slot),
      suspect,
    });
  }

  /** @throws Error with the reason when one of the servers can't be had in time */
  async open(): Promise<void> {
    const endMs = performance.now() + this.#timeoutMs;
    for (;;) {
      try {
        await this.#look();
        await Promise.all(
          this.#primaries.all.flatMap(({ server, write, read }) =>
            [write, read].map((each) =>
              each.whenThere(this.#timeoutMs).catch((error: Error) => {
                throw new Error(`${this.#prefix(server)}${error.message}`);
              }),
            ),
          ),
        );
        break;
      } catch (error) {
        // A server on its own is there or not; others may be about to take over.
        if (this.kind === 'standalone' || performance.now() > endMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      }
    }
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  async ask(key: Arg, command: string, args: readonly Arg[]): Promise<unknown> {
    return this.#sender.ask(key, command, args).catch((error) => this.#fail(error));
  }

  askAll(command: string, args: readonly Arg[]): Promise<readonly ServerReply[]> {
    const asked = this.#primaries.all.map(async (primary) => {
      try {
        const reply = await primary.read.send(command, args, this.#timeoutMs);
        return { server: primary.read.name, reply };
      } catch (cause) {
        return this.#fail(new Failure(cause, primary, false));
      }
    });
    return Promise.all(asked);
  }

  async run(
    script: Script,
    keys: readonly Arg[],
    args: readonly Arg[],
    options: RunOptions = {},
  ): Promise<unknown> {
    return this.#sender.run(script, keys, args, options).catch((error) => this.#fail(error));
  }

  async listen(
    channels: readonly string[],
    onMessage: (channel: string, message: string) => void,
  ): Promise<void> {
    await this.#subscriber.listen(channels, onMessage).catch((cause) => {
      throw new StoreUnavailable(`${this.name}: ${reasonOf(cause)}`, RETRY_AFTER_MS, { cause });
    });
  }

  onBack(listener: () => void): void {
    this.#backListeners.add(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    const parts = [this.#subscriber, this.#primaries, this.#topology];
    await Promise.all(parts.map((each) => each.close()));
    await this.#looking;
  }

  #fail(error: unknown): never {
    if (!(error instanceof Failure)) throw error;
    const { cause, message, mayBeKept, primary } = error;
    const where = primary === undefined ? '' : this.#prefix(primary.server);
    throw new StoreUnavailable(`${this.name}: ${where}${message}`, RETRY_AFTER_MS, {
      cause,
      mayBeKept,
    });
  }

  /** Which of several servers it is about. */
  #prefix(server: Server): string {
    return this.kind === 'standalone' ? '' : `${serverName(server)}: `;
  }

  #suspect(): void {
    this.#isSuspect = true;
    if (performance.now() - this.#lookedMs > PAUSE_MS) void this.#lookAgain();
  }

  #tick(): void {
    this.#subscriber.tend();
    const isDue = performance.now() - this.#lookedMs >= this.#topology.everyMs;
    if (isDue || this.#isSuspect || this.#primaries.isTroubled()) void this.#lookAgain();
  }

  #lookAgain(): Promise<void> | undefined {
    if (this.#isClosed) return undefined;
    this.#looking ??= this.#look()
      .catch(() => {
        // The servers that are known go on; the next tick tries again.
      })
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  async #look(): Promise<void> {
    this.#lookedMs = performance.now();
    this.#isSuspect = false;
    const view = await this.#topology.look();
    this.#lookedMs = performance.now();
    if (this.#isClosed) return;
    this.#primaries.apply(view);
    this.#subscriber.tend();
  }
}

function topologyOf(address: Address, basis: ConnectionOptions): Topology {
  switch (address.kind) {
    case 'standalone':
      return standalone(address.servers[0]);
    case 'sentinel': {
      const access = accessAs(address.isSecure, address.sentinelUser, address.sentinelPassword);
      return new Sentinels(address.servers, address.primary, { ...basis, access });
    }
    case 'cluster':
      return new ClusterMap(address.servers, basis);
  }
}

function accessTo({ isSecure, username, password, db }: Address): Access {
  return { ...accessAs(isSecure, username, password), db };
}

function accessAs(
  isSecure: boolean,
  username: string | undefined,
  password: string | undefined,
): Access {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isSecure && { tls: {} }),
  };
}
