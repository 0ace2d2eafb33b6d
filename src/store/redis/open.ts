import { StoreUnavailable, StoreUnusable } from '../errors.ts';
import { type Address, readAddress } from './address.ts';
import { Channels } from './channels.ts';
import { askDurability } from './durability.ts';
import { enterHistories } from './histories.ts';
import { type Link, openLink } from './link.ts';
import { markUpgraded, openMeta } from './meta.ts';
import { Partition } from './partition.ts';
import { Pulse } from './pulse.ts';
import { type RedisStore, redisStore } from './redis-store.ts';

const CACHED_RECORDS = 10_000;
const TIMEOUT_MS = 2000;
const LEASE_MS = 2000;
const KEEP_IDLE_MS = 30 * 24 * 3_600_000;

export interface RedisStoreOptions {
  /** An address as `readAddress` takes it. */
  readonly url: string;
  /**
   * Into how many partitions a new store is divided, 16 by default: as many servers at most can share its
   * work. That of a store that is there can't be changed.
   */
  readonly partitions?: number;
  /** How many records are kept decoded in memory. */
  readonly cachedRecords?: number;
  /** How long an answer of Redis may take before a call fails. */
  readonly timeoutMs?: number;
  /** How long after this process was killed its work goes on to others. */
  readonly leaseMs?: number;
  /** How long a record with nothing left to say is kept after that. */
  readonly keepIdleMs?: number;
}

/**
 * Opens the store in a Redis, and makes it if there is none. Others may have it open, too. A database that
 * can't be used is left as it is.
 *
 * @throws StoreUnusable when Redis can't be reached or isn't fit for it, or the store is damaged, newer, or
 * has another number of partitions
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const address = readAddress(options.url);
  const link = await openLink(address, { timeoutMs });
  try {
    return await openOver(link, address, { ...options, timeoutMs });
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
  address: Address,
  options: RedisStoreOptions & { readonly timeoutMs: number },
): Promise<RedisStore> {
  const durability = await askDurability(link, address);
  const meta = await openMeta(link, options.partitions ?? address.partitions);
  const partitions = Array.from(
    { length: meta.partitions },
    (_, number) => new Partition(number, options.timeoutMs),
  );
  await Promise.all(
    partitions.map(async (partition) => {
      await partition.begin(link, meta.isNew);
      await enterHistories(link, partition);
    }),
  );
  if (meta.isOld) await markUpgraded(link);
  const channels = new Channels(partitions);
  await channels.listen(link);
  const pulse = new Pulse(link, partitions);
  await pulse.beat();
  return redisStore({
    ...{ link, partitions, pulse, channels, durability },
    cachedRecords: options.cachedRecords ?? CACHED_RECORDS,
    keepIdleMs: options.keepIdleMs ?? KEEP_IDLE_MS,
    leaseMs: options.leaseMs ?? LEASE_MS,
  });
}

/** The reason without the name, which is put before it again. */
function reasonIn({ message }: StoreUnavailable, { name }: Link): string {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
}
