import { join } from 'node:path';
import type { Logger } from 'pino';
import { type KeyPlace, keyFile, openSigningKey, type SigningKey } from '../auth/signing-key.ts';
import { CopyFailed } from '../copy/errors.ts';
import { mustBeWhole } from '../copy/progress.ts';
import { DocumentsChanged } from '../store/errors.ts';
import { openLmdbStore } from '../store/lmdb/open.ts';
import type { PresenceStore } from '../store/store.ts';
import { CommandFailed } from './command.ts';

/** What an address names, and what is kept beside it. */
export interface FoundStore {
  readonly store: PresenceStore;
  /** For people: the address without credentials. */
  readonly name: string;
  /** Where the key is that signs for receivers of resource data that a notification comes from here. */
  readonly keyPlace: KeyPlace;
}

/** What `store` of the configuration names, ready to be served. */
export interface OpenedStore {
  readonly store: PresenceStore;
  readonly signingKey: SigningKey;
}

/** The document in which a store on Redis has the key: every server on it signs with the same one. */
const KEY = { collection: 'keys', id: 'notifications' } as const;

/** Opens the store that the configuration names; its prefix is checked already. */
export async function openStore(address: string, log: Logger): Promise<OpenedStore> {
  return readyToServe(await findStore(address, log));
}

/** The store with its key. Closes it when it is half of a copy, or the key isn't to be had. */
export async function readyToServe({ store, keyPlace }: FoundStore): Promise<OpenedStore> {
  try {
    await mustBeWhole(store);
    return { store, signingKey: await openSigningKey(keyPlace) };
  } catch (error) {
    await store.close();
    if (error instanceof CopyFailed) throw new CommandFailed(error.message, { cause: error });
    throw error;
  }
}

/** Opens what an address names, as it is. */
export async function findStore(address: string, log: Logger): Promise<FoundStore> {
  const path = embeddedIn(address);
  if (path === undefined) return findOnRedis(address, log);
  return { store: await openLmdbStore({ path }), name: address, keyPlace: keyBeside(path) };
}

/** The data folder of an embedded store; undefined when it is another. */
export function embeddedIn(address: string): string | undefined {
  return address.startsWith('lmdb:') ? address.slice('lmdb:'.length) : undefined;
}

/** Where the key of an embedded store is kept. */
export function keyBeside(folder: string): KeyPlace {
  return keyFile(join(folder, 'notification-key.json'));
}

async function findOnRedis(url: string, log: Logger): Promise<FoundStore> {
  // Only now, as few have a Redis.
  const { openRedisStore } = await import('../store/redis/open.ts');
  const { readAddress } = await import('../store/redis/address.ts');
  const store = await openRedisStore({ url });
  const { isKept, text } = store.durability;
  log[isKept ? 'info' : 'warn']({ redis: text }, 'what the store promises');
  return { store, name: readAddress(url).name, keyPlace: documentOf(store) };
}

function documentOf({ documents }: PresenceStore): KeyPlace {
  const read = async () => (await documents.all(KEY.collection)).get(KEY.id);
  return {
    name: `document ${KEY.id} of ${KEY.collection}`,
    read,
    async write(text) {
      try {
        await documents.write([{ ...KEY, text, was: null }]);
      } catch (error) {
        // Another server that started at the same time has made one.
        if (!(error instanceof DocumentsChanged)) throw error;
      }
    },
  };
}
