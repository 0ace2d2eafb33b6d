import { describe, expect, it } from 'vitest';
import { NEVER_MS } from '../../src/engine/facts.ts';
import { BUSY, DO_NOT_DISTURB } from '../../src/engine/pair.ts';
import { FEED_START, type PresenceStore } from '../../src/store/store.ts';
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

/** Opens the store of one place, as often as it is asked to. */
export type Place = () => Promise<PresenceStore>;

/** What every store does that keeps things beyond its process. `newPlace` gives an empty one. */
export function reopenContract(name: string, newPlace: () => Promise<Place>): void {
  describe(`${name} store, kept beyond its process,`, () => {
    it('has everything again when it is opened again', async () => {
      const open = await newPlace();
      const ids = Array.from({ length: 50 }, (_, at) => guid(at));
      const store = await open();
      for (let at = 0; at < 50; at++) {
        await tell(store, user(at), START_MS, setPresence(BUSY, (50 - at) * 10 * MINUTE_MS));
        await tell(store, user(at), START_MS, setStatusMessage(`${at} – ünïcödé 🏮`));
      }
      await store.documents.write([{ collection: 'things', id: '1', text: 'one' }]);
      const look = async (from: PresenceStore) => ({
        records: await from.read(user(0).tenantId, ids),
        feed: await wholeFeed(from),
        bounds: await from.feedBounds(0),
        due: await from.due(0, NEVER_MS, 100),
        next: await from.nextDueMs(0),
        page: await from.feed(0, FEED_START, 7),
        documents: await from.documents.all('things'),
      });
      const before = await look(store);
      expect(before.feed).toHaveLength(100);
      await store.close();
      const reopened = await open();
      expect(await look(reopened)).toEqual(before);
      await reopened.close();
    });

    it('counts the feed on after all was forgotten and it was opened again', async () => {
      const open = await newPlace();
      const store = await open();
      await tell(store, user(1), START_MS, setPresence(BUSY));
      await tell(store, user(1), START_MS, setPresence(DO_NOT_DISTURB));
      const { cursor } = await store.feed(0, FEED_START, 10);
      expect(await store.trimFeed(0, NEVER_MS, 10)).toBe(2);
      await store.close();
      const reopened = await open();
      expect(await reopened.feed(0, cursor, 10)).toEqual({ entries: [], cursor });
      expect(await reopened.feedBounds(0)).toEqual({ start: cursor, end: cursor });
      await tell(reopened, user(1), START_MS, setPresence(BUSY));
      expect((await reopened.feed(0, cursor, 10)).entries).toHaveLength(1);
      await reopened.close();
    });

    it('takes only lower-case GUIDs for ids, as keys are made of them', async () => {
      const store = await (await newPlace())();
      for (const id of ['', 'me', guid(1).toUpperCase().replace('0', 'A'), `${guid(1)}0`]) {
        const names = { tenantId: guid(1), userId: guid(1) };
        await expect(store.read(guid(1), [id])).rejects.toThrow(TypeError);
        await expect(
          tell(store, { ...names, userId: id }, START_MS, setPresence()),
        ).rejects.toThrow('userId must be a lower-case GUID');
        await expect(
          tell(store, { ...names, tenantId: id }, START_MS, setPresence()),
        ).rejects.toThrow('tenantId must be a lower-case GUID');
      }
      await store.close();
    });
  });
}
