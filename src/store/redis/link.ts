import type { Redis } from 'ioredis';
import { StoreUnavailable, StoreUnusable } from '../errors.ts';
import type { Address } from './address.ts';
import type { Script } from './script.ts';

/** What a command takes besides its name. */
export type Arg = string | number | Buffer;

/** When a caller who was refused should come again: by then the connection was tried again. */
export const RETRY_AFTER_MS = 1000;

/** How soon a lost connection is tried again, and how late at most. */
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 500;

/** The connection to Redis. Nothing is queued while it is away, and nothing is sent twice. */
export interface Link {
  /** For people: where it leads. */
  readonly name: string;
  /**
   * Asks a command that writes nothing; strings come as bytes.
   * @throws StoreUnavailable when there is no answer in time, or a refusal
   */
  ask(command: string, args: readonly Arg[]): Promise<unknown>;
  /**
   * Runs a script, which Redis may have to be told first.
   * @throws StoreUnavailable as `ask`; without an answer the script may have run, or may yet
   */
  run(script: Script, keys: readonly Arg[], args: readonly Arg[]): Promise<unknown>;
  /** Calls `listener` each time the connection is there again. */
  onBack(listener: () => void): void;
  /** Waits for what was asked, if Redis is there, and lets go. */
  close(): Promise<void>;
}

export interface LinkOptions {
  /** How long an answer may take. */
  readonly timeoutMs: number;
}

/**
 * Connects.
 * @throws StoreUnusable StoreUnreachable
 */
export async function openLink(address: Address, { timeoutMs }: LinkOptions): Promise<Link> {
  const { name, host, port, db, username, password, isSecure } = address;
  const { Redis } = await import('ioredis').catch((cause: unknown) => {
    throw new StoreUnusable(
      'StoreUnreachable',
      name,
      'a store on Redis needs the package ioredis, version 6: npm install ioredis@6',
      { cause },
    );
  });
  const client = new Redis({
    host,
    port,
    db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isSecure && { tls: {} }),
    connectionName: 'porchlight',
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    // A connection on which nothing comes back is a dead one, though nobody closed it.
    socketTimeout: timeoutMs,
    // Once it listens it may have to read its data first.
    maxLoadingRetryTime: LAST_RETRY_MS,
    retryStrategy: (times) => Math.min(FIRST_RETRY_MS * times, LAST_RETRY_MS),
  });
  let fault: Error | undefined;
  client.on('error', (error: Error) => {
    fault = error;
  });
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    const cause = fault ?? error;
    const reason = cause instanceof Error ? reasonOf(cause) : String(cause);
    throw new StoreUnusable('StoreUnreachable', name, reason, { cause });
  }
  return linkOver(client, name);
}

function linkOver(client: Redis, name: string): Link {
  async function send(command: string, args: readonly Arg[], writes: boolean): Promise<unknown> {
    if (client.status !== 'ready') {
      throw new StoreUnavailable(`${name}: not connected`, RETRY_AFTER_MS);
    }
    try {
      return await client.callBuffer(command, [...args]);
    } catch (cause) {
      const reason = cause instanceof Error ? reasonOf(cause) : String(cause);
      throw new StoreUnavailable(`${name}: ${reason}`, RETRY_AFTER_MS, {
        cause,
        mayBeKept: writes && !isReplyError(cause),
      });
    }
  }

  return {
    name,
    ask: (command, args) => send(command, args, false),

    async run({ text, sha1, writes }, keys, args) {
      const rest = [keys.length, ...keys, ...args];
      try {
        return await send('EVALSHA', [sha1, ...rest], writes);
      } catch (error) {
        if (!isRefusal(error, 'NOSCRIPT')) throw error;
        return send('EVAL', [text, ...rest], writes);
      }
    },

    onBack(listener) {
      client.on('ready', listener);
    },

    async close() {
      await client.quit().catch(() => {
        // It is away: there is nothing to wait for.
      });
      client.disconnect();
    },
  };
}

/** Whether Redis was asked and said no, for the reason that it begins with, if one is given. */
export function isRefusal(error: unknown, reason = ''): boolean {
  const cause = error instanceof StoreUnavailable ? error.cause : undefined;
  return isReplyError(cause) && cause.message.startsWith(reason);
}

function isReplyError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** What ioredis says, in words that mean something to who runs the server. */
function reasonOf({ message }: Error): string {
  if (message === 'Command timed out') return 'no answer in time';
  if (/^(Connection is closed|Reached the max retries)/.test(message))
    return 'the connection broke';
  return message === '' ? 'it cannot be reached' : message;
}
