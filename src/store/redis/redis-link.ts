import { StoreUnavailable } from '../errors.ts';
import { accessTo, accessToSentinels } from './access.ts';
import type { Address } from './address.ts';
import { ClusterMap } from './cluster-map.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { slotOf } from './key-slot.ts';
import type { Arg, Link, RunOptions, ServerReply } from './link.ts';
import { RETRY_AFTER_MS, reasonOf } from './link-error.ts';
import { Primaries } from './primaries.ts';
import type { Script } from './script.ts';
import { Failure, Sender } from './sender.ts';
import { Sentinels } from './sentinels.ts';
import { type Server, serverName } from './server.ts';
import { complaintAbout, type ServerInfo } from './server-info.ts';
import { ServerSearch } from './server-search.ts';
import { Subscriber } from './subscriber.ts';
import { standalone, type Topology } from './topology.ts';

/** How soon servers that can't be had at the start are tried again. */
const AGAIN_MS = 250;

/** Holds the parts together: who takes writes (topology), the connections to them, sending, and hearing. */
export class RedisLink implements Link {
  readonly name: string;
  readonly kind: Address['kind'];
  readonly #timeoutMs: number;
  readonly #search: ServerSearch;
  readonly #primaries: Primaries;
  readonly #sender: Sender;
  readonly #subscriber: Subscriber;
  readonly #backListeners = new Set<() => void>();

  constructor(address: Address, Redis: ConnectionOptions['Redis'], timeoutMs: number) {
    this.name = address.name;
    this.kind = address.kind;
    this.#timeoutMs = timeoutMs;
    const basis = { Redis, access: accessTo(address), timeoutMs };
    const serving = {
      ...basis,
      check: (info: ServerInfo) => complaintAbout(info, address.kind),
    };
    this.#primaries = new Primaries({
      replicas: address.replicas,
      timeoutMs,
      connect: (server, onChange) => new Connection(server, { ...serving, onChange }),
      onBack: () => {
        for (const listener of this.#backListeners) listener();
      },
    });
    const suspect = () => this.#search.suspect();
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
    this.#search = new ServerSearch({
      topology: topologyOf(address, basis),
      onView: (view) => {
        this.#primaries.apply(view);
        this.#subscriber.tend();
      },
      onTick: () => this.#subscriber.tend(),
      isTroubled: () => this.#primaries.isTroubled(),
    });
  }

  /** @throws Error with the reason when one of the servers can't be had in time */
  async open(): Promise<void> {
    const endMs = performance.now() + this.#timeoutMs;
    for (;;) {
      try {
        await this.#search.look();
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
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
    this.#search.start();
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
    const parts = [this.#search, this.#subscriber, this.#primaries];
    await Promise.all(parts.map((each) => each.close()));
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
}

function topologyOf(address: Address, basis: ConnectionOptions): Topology {
  switch (address.kind) {
    case 'standalone':
      return standalone(address.servers[0]);
    case 'sentinel': {
      const access = accessToSentinels(address);
      return new Sentinels(address.servers, address.primary, { ...basis, access });
    }
    case 'cluster':
      return new ClusterMap(address.servers, basis);
  }
}
