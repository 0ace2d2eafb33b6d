import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advance, NEW_RECORD } from '../../src/engine/advance.ts';
import { NEVER_MS } from '../../src/engine/facts.ts';
import { BUSY, DO_NOT_DISTURB } from '../../src/engine/pair.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { FEED_START, type PresenceStore } from '../../src/store/store.ts';
import {
  clearPresence,
  guid,
  MINUTE_MS,
  readOne,
  START_MS,
  setPresence,
  setStatusMessage,
  stepAt,
  tell,
  user,
  wholeFeed,
} from './commands.ts';
import { documentChangeContract } from './document-change-contract.ts';
import { documentContract } from './document-contract.ts';
import { feedPlaceContract } from './feed-place-contract.ts';
import { historyContract } from './history-contract.ts';
import { usersContract } from './users-contract.ts';

/** What every store does. `open` gives a new, empty one of one partition. */
export function storeContract(name: string, open: () => Promise<PresenceStore>): void {
  feedPlaceContract(name, open);
  documentContract(name, open);
  documentChangeContract(name, open);
  usersContract(name, open);
  historyContract(name, open);
  describe(`${name} store`, () => {
    let store: PresenceStore;

    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    describe('records', () => {
      it('reads back what an update left', async () => {
        const { record } = await tell(store, user(1), START_MS, setPresence(BUSY));
        expect(await readOne(store, user(1))).toEqual(record);
        expect(record).toEqual(advance(NEW_RECORD, START_MS, setPresence(BUSY)).record);
      });

      it('knows nothing of a user never written', async () => {
        expect(await readOne(store, user(1))).toBeUndefined();
      });

      it('gives the step a new record for a user never written', async () => {
        const seen: unknown[] = [];
        await store.update(user(1), START_MS, (record) => {
          seen.push(record);
          return advance(record, START_MS);
        });
        expect(seen).toEqual([NEW_RECORD]);
        expect(await readOne(store, user(1))).toBeUndefined();
      });

      it('reads users in the order asked for, each as often as asked for', async () => {
        await tell(store, user(1), START_MS, setPresence(BUSY));
        await tell(store, user(2), START_MS, setPresence(DO_NOT_DISTURB));
        const ids = [guid(2), guid(3), guid(1), guid(2)];
        const records = await store.read(user(1).tenantId, ids);
        expect(records.map((record) => record?.presence.availability)).toEqual([
          'DoNotDisturb',
          undefined,
          'Busy',
          'DoNotDisturb',
        ]);
        expect(await store.read(user(1).tenantId, [])).toEqual([]);
      });

      it('keeps users of the same id in two tenants apart', async () => {
        await tell(store, user(1, 1), START_MS, setPresence(BUSY));
        await tell(store, user(1, 2), START_MS, setPresence(DO_NOT_DISTURB));
        expect((await readOne(store, user(1, 1)))?.presence.availability).toBe('Busy');
        expect((await readOne(store, user(1, 2)))?.presence.availability).toBe('DoNotDisturb');
        expect(await readOne(store, user(1, 3))).toBeUndefined();
      });

      it('carries out updates of one user one after another, none lost', async () => {
        const messages = Array.from({ length: 200 }, (_, at) => `message ${at}`);
        const updates = messages.map((message, at) =>
          tell(store, user(1), START_MS + at, setStatusMessage(message)),
        );
        const results = await Promise.all(updates);
        for (const [at, { changes }] of results.entries()) {
          expect(changes).toHaveLength(1);
          expect(changes[0]?.after.statusMessage?.content).toBe(messages[at]);
          expect(changes[0]?.before).toEqual(
            results[at - 1]?.record.presence ?? NEW_RECORD.presence,
          );
        }
        expect(await readOne(store, user(1))).toEqual(results.at(-1)?.record);
      });

      it('lets each update see the one before, also when they come at different times', async () => {
        let updates: Promise<unknown>[] = [];
        for (let round = 0; round < 20; round++) {
          for (let at = 0; at < 10; at++) {
            updates.push(tell(store, user(1), START_MS, setStatusMessage(`${round} ${at}`)));
          }
          // Some rounds begin while the one before is on its way to the disk.
          if (round % 3 === 0) await updates[0];
          if (round % 3 === 1) await new Promise(setImmediate);
          if (round % 3 === 2) updates = [Promise.all(updates)];
        }
        await Promise.all(updates);
        const feed = await wholeFeed(store);
        expect(feed).toHaveLength(200);
        for (const [at, { change }] of feed.entries()) {
          expect(change.before).toEqual(feed[at - 1]?.change.after ?? NEW_RECORD.presence);
          expect(change.number).toBeGreaterThan(feed[at - 1]?.change.number ?? 0);
        }
      });

      it('keeps nothing of a refused update', async () => {
        const first = await tell(store, user(1), START_MS, setPresence(BUSY, 5 * MINUTE_MS));
        // By then the session has ended: the step walks there, and is refused.
        const late = START_MS + 6 * MINUTE_MS;
        const refused = await tell(store, user(1), late, clearPresence);
        expect(refused.refusal).toBe('session not found');
        expect(refused.changes).toHaveLength(1);
        expect(await readOne(store, user(1))).toEqual(first.record);
        expect(await wholeFeed(store)).toHaveLength(1);
        expect(await store.due(0, late, 10)).toEqual([user(1)]);
      });

      it('keeps nothing of a refused update of a user never written', async () => {
        expect((await tell(store, user(1), START_MS, clearPresence)).refusal).toBeDefined();
        expect(await readOne(store, user(1))).toBeUndefined();
        expect(await store.nextDueMs(0)).toBe(NEVER_MS);
      });

      it('fails an update whose step throws, and no other', async () => {
        const fault = new Error('a fault in the step');
        const updates = [
          tell(store, user(1), START_MS, setPresence(BUSY)),
          store.update(user(1), START_MS, () => {
            throw fault;
          }),
          tell(store, user(1), START_MS + 1, setPresence(DO_NOT_DISTURB)),
        ];
        const results = await Promise.allSettled(updates);
        expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect(results[1]).toMatchObject({ reason: fault });
        expect((await readOne(store, user(1)))?.presence.availability).toBe('DoNotDisturb');
        expect(await wholeFeed(store)).toHaveLength(2);
      });
    });

    describe('due entries', () => {
      it('gives users whose time has come, earliest first', async () => {
        await tell(store, user(1), START_MS, setPresence(BUSY, 30 * MINUTE_MS));
        await tell(store, user(2), START_MS, setPresence(BUSY, 10 * MINUTE_MS));
        await tell(store, user(3), START_MS, setPresence(BUSY, 20 * MINUTE_MS));
        await tell(store, user(4), START_MS, setPresence(BUSY, 40 * MINUTE_MS));
        const due = await store.due(0, START_MS + 30 * MINUTE_MS, 10);
        expect(due).toEqual([user(2), user(3), user(1)]);
        expect(await store.nextDueMs(0)).toBe(START_MS + 10 * MINUTE_MS);
      });

      it('gives no more than asked for', async () => {
        for (const at of [3, 1, 2]) {
          await tell(store, user(at), START_MS, setPresence(BUSY, at * 10 * MINUTE_MS));
        }
        expect(await store.due(0, START_MS + 60 * MINUTE_MS, 2)).toEqual([user(1), user(2)]);
        expect(await store.due(0, START_MS + 60 * MINUTE_MS, 2)).toEqual([user(1), user(2)]);
        expect(await store.due(0, START_MS + 60 * MINUTE_MS, 0)).toEqual([]);
      });

      it('gives a user at its very instant, and not a millisecond before', async () => {
        await tell(store, user(1), START_MS, setPresence(BUSY, 5 * MINUTE_MS));
        expect(await store.due(0, START_MS + 5 * MINUTE_MS - 1, 10)).toEqual([]);
        expect(await store.due(0, START_MS + 5 * MINUTE_MS, 10)).toEqual([user(1)]);
      });

      it('has none for a user for whom nothing is to come', async () => {
        await tell(store, user(1), START_MS, setStatusMessage('for ever'));
        expect(await store.nextDueMs(0)).toBe(NEVER_MS);
        expect(await store.due(0, Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
      });

      it('keeps an early entry through a keep-alive, and sets it right when it has come', async () => {
        await tell(store, user(1), START_MS, setPresence(BUSY, 10 * MINUTE_MS));
        const firstDueMs = START_MS + 10 * MINUTE_MS;
        await tell(store, user(1), START_MS + MINUTE_MS, setPresence(BUSY, 10 * MINUTE_MS));
        expect(await store.nextDueMs(0)).toBe(firstDueMs);
        expect(await store.due(0, firstDueMs, 10)).toEqual([user(1)]);

        const tick = await tell(store, user(1), firstDueMs);
        expect(tick.changes).toEqual([]);
        expect(await store.nextDueMs(0)).toBe(firstDueMs + MINUTE_MS);
        expect(await store.due(0, firstDueMs, 10)).toEqual([]);
      });

      it('moves an entry that would come too late', async () => {
        await tell(store, user(1), START_MS, setPresence(BUSY, 60 * MINUTE_MS));
        await tell(store, user(1), START_MS, setPresence(BUSY, 5 * MINUTE_MS));
        expect(await store.nextDueMs(0)).toBe(START_MS + 5 * MINUTE_MS);
        expect(await store.due(0, START_MS + 5 * MINUTE_MS, 10)).toEqual([user(1)]);
        expect(await store.due(0, START_MS + 60 * MINUTE_MS, 10)).toEqual([user(1)]);
      });

      it('has none any more when the last has passed', async () => {
        await tell(store, user(1), START_MS, setPresence(BUSY, 5 * MINUTE_MS));
        const { changes } = await tell(store, user(1), START_MS + 5 * MINUTE_MS);
        expect(changes).toHaveLength(1);
        expect(await store.nextDueMs(0)).toBe(NEVER_MS);
      });
    });

    describe('feed', () => {
      it('holds every change in the order of commit, with whom it is about', async () => {
        const results = await Promise.all([
          tell(store, user(1), START_MS, setPresence(BUSY)),
          tell(store, user(2, 2), START_MS, setPresence(DO_NOT_DISTURB)),
          tell(store, user(1), START_MS + 1, setPresence(DO_NOT_DISTURB)),
        ]);
        const whose = [user(1), user(2, 2), user(1)];
        const expected = results.map(({ changes }, at) => ({ ...whose[at], change: changes[0] }));
        expect(await wholeFeed(store)).toEqual(expected);
      });

      it('gets every change of one update, in their order', async () => {
        await tell(store, user(1), START_MS, setPresence());
        const { changes } = await tell(
          store,
          user(1),
          START_MS + 90 * MINUTE_MS,
          setPresence(BUSY),
        );
        expect(changes.map(({ after }) => after.activity)).toEqual([
          'AvailableInactive',
          'Away',
          'Offline',
          'Busy',
        ]);
        expect((await wholeFeed(store)).slice(1).map(({ change }) => change)).toEqual(changes);
      });

      it('gets nothing from a keep-alive that changes nothing', async () => {
        await tell(store, user(1), START_MS, setPresence(BUSY));
        const { cursor } = await store.feed(0, FEED_START, 10);
        await tell(store, user(1), START_MS + MINUTE_MS, setPresence(BUSY));
        expect(await store.feed(0, cursor, 10)).toEqual({ entries: [], cursor });
      });

      it('is read in pages that leave nothing out and repeat nothing', async () => {
        for (let at = 0; at < 25; at++) {
          await tell(store, user(at % 5), START_MS + at, setStatusMessage(`${at}`));
        }
        const contents = async (pageSize: number) =>
          (await wholeFeed(store, pageSize)).map(
            ({ change }) => change.after.statusMessage?.content,
          );
        const all = Array.from({ length: 25 }, (_, at) => `${at}`);
        expect(await contents(1)).toEqual(all);
        expect(await contents(7)).toEqual(all);
        expect(await contents(25)).toEqual(all);
        expect(await contents(100)).toEqual(all);
      });

      it('is read on from a cursor when more has come', async () => {
        await tell(store, user(1), START_MS, setPresence(BUSY));
        const page = await store.feed(0, FEED_START, 10);
        expect(await store.feed(0, page.cursor, 10)).toEqual({ entries: [], cursor: page.cursor });
        await tell(store, user(1), START_MS + 1, setPresence(DO_NOT_DISTURB));
        const next = await store.feed(0, page.cursor, 10);
        expect(next.entries.map(({ change }) => change.after.availability)).toEqual([
          'DoNotDisturb',
        ]);
        expect(next.cursor).not.toBe(page.cursor);
      });

      it('forgets the oldest, and no more than asked for', async () => {
        for (let at = 0; at < 10; at++) {
          await tell(store, user(1), START_MS + at, setStatusMessage(`${at}`));
        }
        const { cursor } = await store.feed(0, FEED_START, 3);
        expect(await store.trimFeed(0, START_MS + 5, 2)).toBe(2);
        expect(await wholeFeed(store)).toHaveLength(8);
        // The cursor of a reader who is further on stays good, and so does one of forgotten entries.
        expect((await store.feed(0, cursor, 1)).entries[0]?.change.atMs).toBe(START_MS + 3);
        expect(await store.trimFeed(0, START_MS + 5, 100)).toBe(3);
        expect(await store.trimFeed(0, START_MS + 5, 100)).toBe(0);
        expect((await store.feed(0, FEED_START, 1)).entries[0]?.change.atMs).toBe(START_MS + 5);
        expect((await store.feed(0, cursor, 1)).entries[0]?.change.atMs).toBe(START_MS + 5);
      });

      it('forgets from the start on, and stops at the first that is to be kept', async () => {
        await tell(store, user(1), START_MS + 10, setPresence(BUSY));
        await tell(store, user(2), START_MS, setPresence(BUSY));
        expect(await store.trimFeed(0, START_MS + 5, 100)).toBe(0);
        expect(await store.trimFeed(0, START_MS + 11, 100)).toBe(2);
        expect(await wholeFeed(store)).toEqual([]);
      });

      it('counts on after all was forgotten', async () => {
        await tell(store, user(1), START_MS, setPresence(BUSY));
        const { cursor } = await store.feed(0, FEED_START, 10);
        expect(await store.trimFeed(0, NEVER_MS, 100)).toBe(1);
        await tell(store, user(1), START_MS + 1, setPresence(DO_NOT_DISTURB));
        expect((await store.feed(0, cursor, 10)).entries).toHaveLength(1);
        expect((await store.feed(0, FEED_START, 10)).entries).toHaveLength(1);
      });

      it('counts what two trims at a time forget once', async () => {
        for (let at = 0; at < 10; at++) {
          await tell(store, user(1), START_MS + at, setStatusMessage(`${at}`));
        }
        const counts = await Promise.all([
          store.trimFeed(0, NEVER_MS, 6),
          store.trimFeed(0, NEVER_MS, 6),
        ]);
        expect(counts).toEqual([6, 4]);
      });
    });

    describe('hints', () => {
      it('come after a change was committed', async () => {
        const seen = new Promise<number>((resolve) => {
          store.onChanges(async () => resolve((await wholeFeed(store)).length));
        });
        await tell(store, user(1), START_MS, setPresence(BUSY));
        expect(await seen).toBe(1);
      });

      it('do not come for a keep-alive, nor to one who listens no more', async () => {
        let calls = 0;
        const stop = store.onChanges(() => calls++);
        await tell(store, user(1), START_MS, setPresence(BUSY));
        await new Promise(setImmediate);
        expect(calls).toBe(1);
        await tell(store, user(1), START_MS + 1, setPresence(BUSY));
        await new Promise(setImmediate);
        expect(calls).toBe(1);
        stop();
        await tell(store, user(1), START_MS + 2, setPresence(DO_NOT_DISTURB));
        await new Promise(setImmediate);
        expect(calls).toBe(1);
      });
    });

    describe('the end', () => {
      it('waits for updates under way', async () => {
        const update = tell(store, user(1), START_MS, setPresence(BUSY));
        let updated = false;
        void update.then(() => {
          updated = true;
        });
        await store.close();
        expect(updated).toBe(true);
      });

      it('makes every further call fail', async () => {
        expect(store.health()).toEqual({ writable: true });
        await store.close();
        await expect(readOne(store, user(1))).rejects.toThrow(StoreUnavailable);
        await expect(store.update(user(1), START_MS, stepAt(START_MS))).rejects.toThrow(
          StoreUnavailable,
        );
        await expect(store.due(0, START_MS, 1)).rejects.toThrow(StoreUnavailable);
        await expect(store.nextDueMs(0)).rejects.toThrow(StoreUnavailable);
        await expect(store.feed(0, FEED_START, 1)).rejects.toThrow(StoreUnavailable);
        await expect(store.feedBounds(0)).rejects.toThrow(StoreUnavailable);
        await expect(store.trimFeed(0, START_MS, 1)).rejects.toThrow(StoreUnavailable);
        expect(store.health().writable).toBe(false);
      });
    });
  });
}
