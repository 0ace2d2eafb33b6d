import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BUSY } from '../../src/engine/pair.ts';
import { FEED_START, type PresenceStore, type UserKey } from '../../src/store/store.ts';
import {
  guid,
  MINUTE_MS,
  START_MS,
  setPresence,
  setStatusMessage,
  tell,
  user,
} from './commands.ts';
import { edit } from './document-contract.ts';

const USERS = 200;

/** What a store of several partitions does. `open` gives a new, empty one of 8. */
export function partitionContract(name: string, open: () => Promise<PresenceStore>): void {
  describe(`the partitions of the ${name} store`, () => {
    let store: PresenceStore;

    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const everyone = Array.from({ length: USERS }, (_, at) => user(at));
    const all = () => Array.from({ length: store.partitions }, (_, partition) => partition);
    const here = (partition: number) =>
      everyone.filter((who) => store.partitionOf(who) === partition);
    const ids = (users: readonly UserKey[]) => users.map(({ userId }) => userId).toSorted();

    it('all have some of the users, and each user has one', () => {
      expect(store.partitions).toBe(8);
      expect(all().flatMap(here)).toHaveLength(USERS);
      for (const partition of all()) expect(here(partition).length).toBeGreaterThan(8);
    });

    it('have a feed each, with the changes of their users', async () => {
      await Promise.all(everyone.map((who) => tell(store, who, START_MS, setPresence(BUSY))));
      for (const partition of all()) {
        const { entries, cursor } = await store.feed(partition, FEED_START, 1000);
        expect(ids(entries)).toEqual(ids(here(partition)));
        expect(entries.every((entry) => entry.partition === partition)).toBe(true);
        expect(await store.feedBounds(partition)).toEqual({ start: FEED_START, end: cursor });
      }
      expect(await store.trimFeed(1, START_MS + 1, 1000)).toBe(here(1).length);
      expect((await store.feed(1, FEED_START, 1000)).entries).toEqual([]);
      expect((await store.feed(2, FEED_START, 1000)).entries).toHaveLength(here(2).length);
    });

    it('have due entries each', async () => {
      for (const who of everyone) {
        await tell(
          store,
          who,
          START_MS,
          setPresence(BUSY, (5 + (everyone.indexOf(who) % 7)) * MINUTE_MS),
        );
      }
      for (const partition of all()) {
        const due = await store.due(partition, START_MS + 30 * MINUTE_MS, 1000);
        expect(ids(due)).toEqual(ids(here(partition)));
        const first = Math.min(...here(partition).map((who) => 5 + (everyone.indexOf(who) % 7)));
        expect(await store.nextDueMs(partition)).toBe(START_MS + first * MINUTE_MS);
      }
    });

    it('hint at changes by their number', async () => {
      const heard = new Set<number>();
      const [who] = here(5);
      if (who === undefined) throw new Error('partition 5 has a user');
      await new Promise<void>((resolve) => {
        store.onChanges((partition) => {
          heard.add(partition);
          resolve();
        });
        void tell(store, who, START_MS, setStatusMessage('hello'));
      });
      expect([...heard]).toEqual([5]);
    });

    it('are read together: users in the order asked for, and lists in the order of ids', async () => {
      await Promise.all(
        everyone.map((who, at) => tell(store, who, START_MS, setStatusMessage(`${at}`))),
      );
      const asked = [7, 199, 0, 1000, 42].map(guid);
      const records = await store.read(user(0).tenantId, asked);
      expect(records.map((record) => record?.presence.statusMessage?.content)).toEqual([
        '7',
        '199',
        '0',
        undefined,
        '42',
      ]);
      const listed: string[] = [];
      for (let after = ''; ; ) {
        const page = await store.users(user(0).tenantId, after, 33);
        listed.push(...page);
        if (page.length < 33) break;
        after = page.at(-1) ?? '';
      }
      expect(listed).toEqual(ids(everyone));
    });

    it('have documents of their own, those of the first being those of all', async () => {
      await store.documentsOf(3).write([edit('a', 'of 3')]);
      await store.documents.write([edit('a', 'of all')]);
      expect([...(await store.documentsOf(3).all('things'))]).toEqual([['a', 'of 3']]);
      expect([...(await store.documentsOf(4).all('things'))]).toEqual([]);
      expect([...(await store.documentsOf(0).all('things'))]).toEqual([['a', 'of all']]);
    });
  });
}
