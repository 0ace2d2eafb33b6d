import type { Socket } from 'node:net';
import type { Redis, RedisOptions } from 'ioredis';
import type { Arg } from './link.ts';
import { NoAnswer, NotSent, reasonOf } from './link-error.ts';
import { text } from './reply.ts';
import { readInfo, type ServerInfo } from './server-info.ts';

/** How soon a lost connection is tried again, and how late at most. */
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 500;

/** How soon a server that reads its data is asked again whether it has. */
const LOADING_MS = 100;

/** How long a connection that is let go of may take to say so; a server that stalls never does. */
const PARTING_MS = 50;

export interface Server {
  readonly host: string;
  readonly port: number;
}

/** HOST:PORT, as addresses have it. */
export function serverName({ host, port }: Server): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** How a server lets us in. */
export type Access = Pick<RedisOptions, 'username' | 'password' | 'tls' | 'db'>;

export interface ConnectionOptions {
  readonly Redis: typeof Redis;
  readonly access: Access;
  readonly timeoutMs: number;
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

interface Unanswered {
  readonly sentMs: number;
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
  readonly #unanswered = new Set<Unanswered>();
  readonly #waiters = new Set<Waiter>();
  #isThere = false;
  #isClosed = false;
  #reason = 'no answer yet';
  #heardMs = 0;
  #failures = 0;
  /** The socket whose errors are listened for. */
  #heeded: Socket | undefined;
  /** Which connecting the check under way is of. */
  #attempt = 0;

  constructor(server: Server, options: ConnectionOptions) {
    this.server = server;
    this.name = serverName(server);
    this.#options = options;
    const { Redis, access, timeoutMs } = options;
    this.#client = new Redis({
      ...access,
      ...server,
      connectionName: 'porchlight',
      lazyConnect: true,
      enableReadyCheck: false,
      enableOfflineQueue: false,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: timeoutMs,
      disconnectTimeout: PARTING_MS,
      // A connection on which nothing comes back is a dead one, though nobody closed it.
      socketTimeout: timeoutMs,
      retryStrategy: () => Math.min(FIRST_RETRY_MS * ++this.#failures, LAST_RETRY_MS),
    });
    this.#client.on('error', (error: Error) => {
      this.#heedErrors();
      this.#reason = reasonOf(error);
    });
    this.#client.on('connect', () => this.#heedErrors());
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
    const [oldest] = this.#unanswered;
    return oldest === undefined ? 0 : nowMs - Math.max(oldest.sentMs, this.#heardMs);
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
    this.#heedErrors();
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
    return new Promise((resolve, reject) => {
      const unanswered = { sentMs: performance.now(), reject };
      const timer = setTimeout(() => reject(new NoAnswer('no answer in time')), timeoutMs);
      this.#unanswered.add(unanswered);
      const settle = () => {
        clearTimeout(timer);
        this.#unanswered.delete(unanswered);
      };
      this.#client.callBuffer(command, [...args]).then(
        (reply) => {
          settle();
          this.#heardMs = performance.now();
          resolve(reply);
        },
        (error: Error) => {
          settle();
          const isAnswer = error.name === 'ReplyError';
          if (isAnswer) this.#heardMs = performance.now();
          reject(isAnswer ? error : asFailure(error));
        },
      );
    });
  }

  /**
   * ioredis listens for one error of a socket. One by TLS may have two (a certificate that is refused, and the other
   * side's complaint about that), and an error that nobody listens for ends the process.
   */
  #heedErrors(): void {
    const socket: Socket | undefined = this.#client.stream;
    if (socket === undefined || socket === this.#heeded) return;
    this.#heeded = socket;
    socket.on('error', () => {
      // The first one was told.
    });
  }

  async #check(): Promise<void> {
    const attempt = ++this.#attempt;
    const complaint = await this.#complaint(attempt);
    if (attempt !== this.#attempt || this.#isClosed) return;
    if (complaint !== undefined) return this.renew(complaint);
    this.#isThere = true;
    this.#failures = 0;
    this.#reason = 'the connection broke';
    for (const waiter of [...this.#waiters]) waiter.resolve();
    this.#options.onChange?.(this);
  }

  async #complaint(attempt: number): Promise<string | undefined> {
    const { check, timeoutMs } = this.#options;
    if (check === undefined) return undefined;
    try {
      let info = readInfo(text(await this.#send('INFO', [], timeoutMs)));
      // Once it listens it may have to read its data first.
      while (info.get('loading') === '1' && attempt === this.#attempt) {
        this.#reason = 'it is reading its data';
        await new Promise((resolve) => setTimeout(resolve, LOADING_MS));
        info = readInfo(text(await this.#send('INFO', [], timeoutMs)));
      }
      return check(info);
    } catch (error) {
      return reasonOf(error);
    }
  }

  #lose(reason: string): void {
    const wasThere = this.#isThere;
    this.#attempt++;
    this.#isThere = false;
    this.#reason = reason;
    for (const { reject } of this.#unanswered) reject(new NoAnswer('the connection broke'));
    for (const waiter of [...this.#waiters]) waiter.reject(new NotSent(this.#reason));
    if (wasThere) this.#options.onChange?.(this);
  }
}

function asFailure(error: Error): Error {
  // It may be between two events: broken already, and nobody told yet.
  if (/isn't writeable/.test(error.message)) return new NotSent('the connection broke');
  return new NoAnswer(reasonOf(error));
}
