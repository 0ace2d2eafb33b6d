import { StoreUnavailable, StoreUnusable } from '../errors.ts';
import { readAddress } from './address.ts';
import { askDurability } from './durability.ts';
import { type Link, openLink } from './link.ts';
import { openMeta } from './meta.ts';
import { type RedisStore, redisStore } from './redis-store.ts';
import { askInfo, checkServer } from './server-info.ts';
import { beginTenure } from './tenure.ts';

const CACHED_RECORDS = 10_000;
const TIMEOUT_MS = 2000;
const LEASE_MS = 3000;
const KEEP_IDLE_MS = 30 * 24 * 3_600_000;

export interface RedisStoreOptions {
  /** `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS. */
  readonly url: string;
  /** How many records are kept decoded in memory. */
  readonly cachedRecords?: number;
  /** How long an answer of Redis may take before a call fails. */
  readonly timeoutMs?: number;
  /** How long after the end of this process another one has to wait, if this one is killed. */
  readonly leaseMs?: number;
  /** How long a record with nothing left to say is kept after that. */
  readonly keepIdleMs?: number;
}

/**
 * Opens the store in a Redis, for this process alone, and makes it if there is none. A database that can't
 * be used is left as it is.
 *
 * @throws StoreUnusable when Redis can't be reached or isn't fit for it, or the store is damaged, newer, or
 * served by another process
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const link = await openLink(readAddress(options.url), { timeoutMs });
  try {
    return await openOver(link, { ...options, timeoutMs });
  } catch (error) {
    await link.close();
    if (!(error instanceof StoreUnavailable)) throw error;
    throw new StoreUnusable('StoreUnreachable', link.name, reasonIn(error, link), {
      cause: error,
    });
  }
}

async function openOver(
  link: Link,
  options: RedisStoreOptions & { readonly timeoutMs: number },
): Promise<RedisStore> {
  const info = await askInfo(link);
  checkServer(link.name, info);
  const durability = await askDurability(link, info);
  await openMeta(link);
  const tenure = await beginTenure(link, {
    leaseMs: options.leaseMs ?? LEASE_MS,
    timeoutMs: options.timeoutMs,
  });
  return redisStore({
    link,
    tenure,
    durability,
    cachedRecords: options.cachedRecords ?? CACHED_RECORDS,
    keepIdleMs: options.keepIdleMs ?? KEEP_IDLE_MS,
  });
}

/** The reason without the name, which is put before it again. */
function reasonIn({ message }: StoreUnavailable, { name }: Link): string {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
}
