import type { Connection } from './connection.ts';
import { slotOf } from './key-slot.ts';
import { NotSent, reasonOf } from './link-error.ts';
import { type Server, serverName } from './server.ts';
import { Signal } from './signal.ts';

/** How often a subscription is asked for that isn't there, or whether a silent connection still is. */
const PING_MS = 1000;

/** A connection for messages of the channels that one server has. */
interface Ear {
  readonly connection: Connection;
  /** Channels that the server said it will send from. */
  readonly subscribed: Set<string>;
  isAsking: boolean;
  pingedMs: number;
}

export interface SubscriberOptions {
  readonly timeoutMs: number;
  /** Makes a connection that tells of messages and of channels that went elsewhere. */
  connect(server: Server, hooks: EarHooks): Connection;
  ownerOf(slot: number): Server | undefined;
  /** Another server may have taken the place of one. */
  suspect(): void;
}

export interface EarHooks {
  readonly onChange: () => void;
  readonly onMessage: (channel: string, message: string) => void;
  readonly onChannelsMoved: () => void;
}

/**
 * Hears messages, for each channel from the server that has its slot. A message that is sent while a
 * connection is away is lost; the subscription comes back.
 */
export class Subscriber {
  readonly #options: SubscriberOptions;
  readonly #ears = new Map<string, Ear>();
  readonly #listeners = new Map<string, (channel: string, message: string) => void>();
  readonly #subscribed = new Signal();
  #reason = 'not connected';

  constructor(options: SubscriberOptions) {
    this.#options = options;
  }

  /**
   * Resolves when all of the channels are listened to.
   * @throws NotSent with the reason, when that isn't so in time; it comes about later all the same
   */
  async listen(
    channels: readonly string[],
    onMessage: (channel: string, message: string) => void,
  ): Promise<void> {
    for (const channel of channels) this.#listeners.set(channel, onMessage);
    this.tend();
    const endMs = performance.now() + this.#options.timeoutMs;
    while (!channels.every((channel) => this.#isHeard(channel))) {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0) throw new NotSent(`cannot subscribe: ${this.#reason}`);
      await this.#subscribed.next(leftMs);
    }
  }

  /** Sees to it that each channel is listened to where it is now. To be called often. */
  tend(): void {
    const wanted = new Map<string, { server: Server; channels: string[] }>();
    for (const channel of this.#listeners.keys()) {
      const server = this.#options.ownerOf(slotOf(channel));
      if (server === undefined) continue;
      const name = serverName(server);
      const found = wanted.get(name) ?? { server, channels: [] };
      wanted.set(name, found);
      found.channels.push(channel);
    }
    for (const [name, { connection }] of this.#ears) {
      if (wanted.has(name)) continue;
      this.#ears.delete(name);
      connection.drop('its channels are elsewhere');
    }
    for (const { server, channels } of wanted.values()) {
      const ear = this.#earAt(server);
      if (!ear.connection.isThere) {
        this.#reason = ear.connection.reason;
        continue;
      }
      void this.#subscribe(ear, channels);
      this.#ping(ear);
    }
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    const connections = [...this.#ears.values()].map(({ connection }) => connection);
    this.#ears.clear();
    await Promise.all(connections.map((connection) => connection.close()));
  }

  #earAt(server: Server): Ear {
    const name = serverName(server);
    const found = this.#ears.get(name);
    if (found !== undefined) return found;
    const subscribed = new Set<string>();
    const forget = () => {
      subscribed.clear();
      this.tend();
    };
    const connection = this.#options.connect(server, {
      onChange: forget,
      onMessage: (channel, message) => this.#listeners.get(channel)?.(channel, message),
      onChannelsMoved: () => {
        this.#options.suspect();
        forget();
      },
    });
    const ear = { connection, subscribed, isAsking: false, pingedMs: performance.now() };
    this.#ears.set(name, ear);
    return ear;
  }

  #isHeard(channel: string): boolean {
    const server = this.#options.ownerOf(slotOf(channel));
    return (
      server !== undefined && this.#ears.get(serverName(server))?.subscribed.has(channel) === true
    );
  }

  async #subscribe(ear: Ear, channels: readonly string[]): Promise<void> {
    const { connection, subscribed } = ear;
    const missing = channels.filter((channel) => !subscribed.has(channel));
    if (ear.isAsking || missing.length === 0) return;
    ear.isAsking = true;
    const { timeoutMs } = this.#options;
    // One by one: a cluster takes channels of one slot at a time.
    const asked = missing.map((channel) =>
      connection.send('ssubscribe', [channel], timeoutMs).then(() => subscribed.add(channel)),
    );
    const outcomes = await Promise.allSettled(asked);
    ear.isAsking = false;
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      this.#reason = reasonOf(outcome.reason);
      this.#options.suspect();
    }
    if (!connection.isThere) subscribed.clear();
    this.#subscribed.give();
  }

  /**
   * Nothing may be said for long: without a question it wouldn't be noticed that nobody is there any more.
   */
  #ping(ear: Ear): void {
    const nowMs = performance.now();
    if (nowMs - ear.pingedMs < PING_MS) return;
    ear.pingedMs = nowMs;
    ear.connection.send('PING', [], this.#options.timeoutMs).catch(() => {
      // The connection sees to it.
    });
  }
}
