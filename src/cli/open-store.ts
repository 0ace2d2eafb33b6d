import { join } from 'node:path';
import type { Logger } from 'pino';
import { openSigningKey, type SigningKey } from '../auth/signing-key.ts';
import { openLmdbStore } from '../store/lmdb/open.ts';
import type { PresenceStore } from '../store/store.ts';

/** What `store` of the configuration names, and what is kept beside it. */
export interface OpenedStore {
  readonly store: PresenceStore;
  /** Signs for receivers of resource data that a notification comes from here. */
  readonly signingKey: SigningKey;
}

/** The document in which a store on Redis has the key: every server on it signs with the same one. */
const KEY = { collection: 'keys', id: 'notifications' } as const;

/** Opens the store that the configuration names; its prefix is checked already. */
export async function openStore(address: string, log: Logger): Promise<OpenedStore> {
  const folder = embeddedIn(address);
  if (folder === undefined) return openOnRedis(address, log);
  const signingKey = await openKeyIn(folder);
  return { store: await openLmdbStore({ path: folder }), signingKey };
}

/** The data folder of an embedded store; undefined when it is another. */
export function embeddedIn(address: string): string | undefined {
  return address.startsWith('lmdb:') ? address.slice('lmdb:'.length) : undefined;
}

/** The key that is kept beside an embedded store. */
export function openKeyIn(folder: string): Promise<SigningKey> {
  return openSigningKey(join(folder, 'notification-key.json'));
}

async function openOnRedis(url: string, log: Logger): Promise<OpenedStore> {
  // Only now, as few have a Redis.
  const { openRedisStore } = await import('../store/redis/open.ts');
  const store = await openRedisStore({ url });
  const { isKept, text } = store.durability;
  log[isKept ? 'info' : 'warn']({ redis: text }, 'what the store promises');
  try {
    return { store, signingKey: await openSigningKey(documentOf(store)) };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function documentOf({ documents }: PresenceStore) {
  return {
    name: `document ${KEY.id} of ${KEY.collection}`,
    read: async () => (await documents.all(KEY.collection)).get(KEY.id),
    write: (text: string) => documents.write([{ ...KEY, text }]),
  };
}
