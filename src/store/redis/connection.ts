import type { Redis } from 'ioredis';
import { type ClientOptions, clientTo, heedErrors } from './client.ts';
import type { Arg } from './link.ts';
import { NotSent, reasonOf } from './link-error.ts';
import { Questions } from './questions.ts';
import { type Server, serverName } from './server.ts';
import { complaintOf } from './server-check.ts';
import type { ServerInfo } from './server-info.ts';

export interface ConnectionOptions extends ClientOptions {
  /** What is wrong with the server, by what it says of itself. Without it the server isn't asked. */
  readonly check?: (info: ServerInfo) => string | undefined;
  /** It is there, or is so no more. */
  readonly onChange?: (connection: Connection) => void;
  /** A message of a channel was heard. */
  readonly onMessage?: (channel: string, message: string) => void;
  /** Channels that were subscribed to have gone to another server. */
  readonly onChannelsMoved?: () => void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * A connection to one server. It counts as there only after the server was checked, each time anew: one that
 * comes back may have become a replica. Nothing is queued while it is away, and nothing is sent twice.
 */
export class Connection {
  readonly server: Server;
  readonly name: string;
  readonly #client: Redis;
  readonly #options: ConnectionOptions;
  readonly #questions = new Questions();
  readonly #waiters = new Set<Waiter>();
  #isThere = false;
  #isClosed = false;
  #reason = 'no answer yet';
  #failures = 0;
  /** Which connecting the check under way is of. */
  #attempt = 0;

  constructor(server: Server, options: ConnectionOptions) {
    this.server = server;
    this.name = serverName(server);
    this.#options = options;
    this.#client = clientTo(server, options, () => ++this.#failures);
    this.#client.on('error', (error: Error) => {
      this.#reason = reasonOf(error);
    });
    this.#client.on('ready', () => void this.#check());
    this.#client.on('close', () => this.#lose(this.#reason));
    this.#client.on('smessageBuffer', (channel: Buffer, message: Buffer) =>
      options.onMessage?.(String(channel), String(message)),
    );
    this.#client.on('moved', () => options.onChannelsMoved?.());
    this.#client.connect().catch(() => {
      // It is tried again, and `whenThere` says why it failed.
    });
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  /** Why it isn't there. */
  get reason(): string {
    return this.#reason;
  }

  /** How long the server has said nothing, though it was asked something. */
  silentMs(nowMs: number): number {
    return this.#questions.silentMs(nowMs);
  }

  /**
   * Sends a command; strings of the answer come as bytes.
   * @throws NotSent, NoAnswer, or the server's refusal
   */
  send(command: string, args: readonly Arg[], timeoutMs: number): Promise<unknown> {
    if (!this.#isThere) return Promise.reject(new NotSent(`not connected: ${this.#reason}`));
    return this.#send(command, args, timeoutMs);
  }

  /**
   * Resolves when it is there.
   * @throws NotSent with the reason, when connecting fails, or takes longer than that
   */
  whenThere(timeoutMs: number): Promise<void> {
    if (this.#isThere) return Promise.resolve();
    if (this.#isClosed) return Promise.reject(new NotSent(this.#reason));
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        resolve: () => {
          end();
          resolve();
        },
        reject: (error) => {
          end();
          reject(error);
        },
      };
      const timer = setTimeout(() => waiter.reject(new NotSent('no answer in time')), timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  /** Gives it up and connects anew: it leads to the wrong place by now. */
  renew(reason: string): void {
    this.#lose(reason);
    if (!this.#isClosed) this.#client.disconnect(true);
  }

  /** Lets go at once. */
  drop(reason: string): void {
    this.#isClosed = true;
    this.#lose(reason);
    heedErrors(this.#client);
    this.#client.disconnect();
  }

  /** Waits for what was asked, if the server is there, and lets go. */
  async close(): Promise<void> {
    if (this.#isThere) {
      await this.#send('quit', [], this.#options.timeoutMs).catch(() => {
        // It is away: there is nothing to wait for.
      });
    }
    this.drop('the store is closed');
  }

  #send(command: string, args: readonly Arg[], timeoutMs: number): Promise<unknown> {
    return this.#questions.ask(() => this.#client.callBuffer(command, [...args]), timeoutMs);
  }

  async #check(): Promise<void> {
    const attempt = ++this.#attempt;
    const { check, timeoutMs } = this.#options;
    const isWanted = () => attempt === this.#attempt && !this.#isClosed;
    const complaint = await (check &&
      complaintOf({
        ask: () => this.#send('INFO', [], timeoutMs),
        check,
        isWanted,
        onLoading: () => {
          this.#reason = 'it is reading its data';
        },
      }));
    if (!isWanted()) return;
    if (complaint !== undefined) return this.renew(complaint);
    this.#isThere = true;
    this.#failures = 0;
    this.#reason = 'the connection broke';
    for (const waiter of [...this.#waiters]) waiter.resolve();
    this.#options.onChange?.(this);
  }

  #lose(reason: string): void {
    const wasThere = this.#isThere;
    this.#attempt++;
    this.#isThere = false;
    this.#reason = reason;
    this.#questions.giveUp('the connection broke');
    for (const waiter of [...this.#waiters]) waiter.reject(new NotSent(this.#reason));
    if (wasThere) this.#options.onChange?.(this);
  }
}
