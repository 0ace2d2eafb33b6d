import { StoreUnusable } from '../errors.ts';
import type { Address } from './address.ts';
import { reasonOf } from './link-error.ts';
import { RedisLink } from './redis-link.ts';
import type { Script } from './script.ts';

export { isRefusal, RETRY_AFTER_MS } from './link-error.ts';

/** What a command takes besides its name. */
export type Arg = string | number | Buffer;

export interface RunOptions {
  /**
   * Resolves only once as many replicas have it as the store's durability mode asks for; rejects with
   * StoreUnavailable (mayBeKept) when too few say so in time. Without replicas asked for, it is the same as
   * without.
   */
  readonly confirm?: boolean;
  /**
   * The script may be sent again when the connection breaks before its answer came, until `timeoutMs` after
   * it was first sent: running it twice is the same as once. Called before each time it is sent again.
   * Without it nothing is sent twice.
   */
  readonly onResend?: () => void;
}

/** What one of the servers answered. */
export interface ServerReply {
  /** HOST:PORT. */
  readonly server: string;
  readonly reply: unknown;
}

/**
 * The connection to Redis: one server, the primary that sentinels name, or a cluster. Nothing is queued while
 * it is away.
 */
export interface Link {
  /** For people: where it leads, without credentials. */
  readonly name: string;
  readonly kind: Address['kind'];
  /**
   * Asks a command that writes nothing, of the server that has `key`; strings come as bytes.
   * @throws StoreUnavailable when there is no answer in time, or a refusal
   */
  ask(key: Arg, command: string, args: readonly Arg[]): Promise<unknown>;
  /**
   * Asks the same of every server that takes writes.
   * @throws StoreUnavailable as `ask`, if one of them doesn't answer
   */
  askAll(command: string, args: readonly Arg[]): Promise<readonly ServerReply[]>;
  /**
   * Runs a script, which Redis may have to be told first, on the server that has its first key.
   * @throws StoreUnavailable as `ask`; without an answer the script may have run, or may yet (`mayBeKept`)
   */
  run(
    script: Script,
    keys: readonly Arg[],
    args: readonly Arg[],
    options?: RunOptions,
  ): Promise<unknown>;
  /**
   * Hears messages of these channels, sent with SPUBLISH, each with one listener; it does so again by itself
   * after a break, and what was sent meanwhile is lost.
   * @throws StoreUnavailable when that couldn't be had in time; it is tried on
   */
  listen(
    channels: readonly string[],
    onMessage: (channel: string, message: string) => void,
  ): Promise<void>;
  /**
   * Calls `listener` each time a connection to a primary is there again, or leads to another server than
   * before: what was written last may be gone.
   */
  onBack(listener: () => void): void;
  /** Waits for what was asked, if Redis is there, and lets go. */
  close(): Promise<void>;
}

export interface LinkOptions {
  /** How long an answer may take. */
  readonly timeoutMs: number;
}

/**
 * Connects to all servers that take writes.
 * @throws StoreUnusable StoreUnreachable, also for servers that can't keep a store
 */
export async function openLink(address: Address, options: LinkOptions): Promise<Link> {
  const { name } = address;
  const { Redis } = await import('ioredis').catch((cause: unknown) => {
    throw new StoreUnusable(
      'StoreUnreachable',
      name,
      'a store on Redis needs the package ioredis, version 6: npm install ioredis@6',
      { cause },
    );
  });
  const link = new RedisLink(address, Redis, options.timeoutMs);
  try {
    await link.open();
    return link;
  } catch (cause) {
    await link.close();
    throw new StoreUnusable('StoreUnreachable', name, reasonOf(cause), { cause });
  }
}
