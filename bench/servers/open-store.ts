import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import type { PresenceStore } from '../../src/store/store.ts';

/** Opens the store in a folder, or at the address of a Redis. */
export async function openStore(
  place: string,
  options: { readonly cachedRecords?: number } = {},
): Promise<PresenceStore> {
  if (!/^rediss?[:+]/.test(place)) return openLmdbStore({ path: place, ...options });
  // Only now, as ioredis takes a while to load.
  const { openRedisStore } = await import('../../src/store/redis/open.ts');
  return openRedisStore({ url: place, ...options });
}

/** Puts the scripts of Redis beside the compiled code, where the compiler doesn't copy them. */
export async function putRedisScripts(): Promise<void> {
  const folder = 'src/store/redis/scripts';
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  // Compiled, this file is in build/bench/servers.
  await cp(at(`../../../${folder}`), at(`../../${folder}`), { recursive: true });
}
