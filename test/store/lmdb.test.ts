import { describe, expect, it } from 'vitest';
import { NEVER_MS } from '../../src/engine/facts.ts';
import { BUSY, DO_NOT_DISTURB } from '../../src/engine/pair.ts';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { FEED_START } from '../../src/store/store.ts';
import {
  guid,
  MINUTE_MS,
  START_MS,
  setPresence,
  setStatusMessage,
  tell,
  user,
  wholeFeed,
} from './commands.ts';
import { storeContract } from './contract.ts';
import { newFolder } from './folders.ts';
import { storeModel } from './model.ts';

const openNew = () => openLmdbStore({ path: newFolder() });

storeContract('lmdb', openNew);
storeModel('lmdb', openNew);
// With room for two in its memory, most reads come from the file.
storeModel('lmdb, remembering little,', () =>
  openLmdbStore({ path: newFolder(), cachedRecords: 2 }),
);

describe('lmdb store', () => {
  it('has everything again when it is opened again', async () => {
    const path = newFolder();
    const ids = Array.from({ length: 50 }, (_, at) => guid(at));
    const store = await openLmdbStore({ path });
    for (let at = 0; at < 50; at++) {
      await tell(store, user(at), START_MS, setPresence(BUSY, (50 - at) * 10 * MINUTE_MS));
      await tell(store, user(at), START_MS, setStatusMessage(`${at} – ünïcödé 🏮`));
    }
    const look = async (from: typeof store) => ({
      records: await from.read(user(0).tenantId, ids),
      feed: await wholeFeed(from),
      due: await from.due(NEVER_MS, 100),
      next: await from.nextDueMs(),
      page: await from.feed(FEED_START, 7),
    });
    const before = await look(store);
    await store.close();
    const reopened = await openLmdbStore({ path });
    expect(await look(reopened)).toEqual(before);
    await reopened.close();
  });

  it('counts the feed on after all was forgotten and it was opened again', async () => {
    const path = newFolder();
    const store = await openLmdbStore({ path });
    await tell(store, user(1), START_MS, setPresence(BUSY));
    await tell(store, user(1), START_MS, setPresence(DO_NOT_DISTURB));
    const { cursor } = await store.feed(FEED_START, 10);
    expect(await store.trimFeed(NEVER_MS, 10)).toBe(2);
    await store.close();
    const reopened = await openLmdbStore({ path });
    expect(await reopened.feed(cursor, 10)).toEqual({ entries: [], cursor });
    await tell(reopened, user(1), START_MS, setPresence(BUSY));
    expect((await reopened.feed(cursor, 10)).entries).toHaveLength(1);
    await reopened.close();
  });

  it('takes only lower-case GUIDs for ids, as keys are made of them', async () => {
    const store = await openNew();
    for (const id of ['', 'me', guid(1).toUpperCase().replace('0', 'A'), `${guid(1)}0`]) {
      const names = { tenantId: guid(1), userId: guid(1) };
      await expect(store.read(guid(1), [id])).rejects.toThrow(TypeError);
      await expect(tell(store, { ...names, userId: id }, START_MS, setPresence())).rejects.toThrow(
        'userId must be a lower-case GUID',
      );
      await expect(
        tell(store, { ...names, tenantId: id }, START_MS, setPresence()),
      ).rejects.toThrow('tenantId must be a lower-case GUID');
    }
    await store.close();
  });
});
