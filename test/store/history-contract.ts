import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../src/engine/advance.ts';
import { NEVER_MS } from '../../src/engine/facts.ts';
import { BUSY, DO_NOT_DISTURB } from '../../src/engine/pair.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { FEED_START, type PresenceStore, type UserKey } from '../../src/store/store.ts';
import {
  MINUTE_MS,
  readOne,
  START_MS,
  setPresence,
  setStatusMessage,
  tell,
  user,
  wholeFeed,
} from './commands.ts';

const contents = (changes: readonly Change[]) =>
  changes.map(({ after }) => after.statusMessage?.content);

/** Commits a change that changes nothing, as whoever forgets a history does before. */
export async function mark(store: PresenceStore, who: UserKey, nowMs: number): Promise<void> {
  await store.update(who, nowMs, (record) => {
    const { number, presence } = record;
    const cause = { kind: 'erase', appId: 'porchlight' } as const;
    return { record, changes: [{ number, atMs: nowMs, before: presence, after: presence, cause }] };
  });
}

/** What every store does with the history of a user. */
export function historyContract(name: string, open: () => Promise<PresenceStore>): void {
  describe(`${name} store`, () => {
    let store: PresenceStore;

    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    /** Ten messages, a minute apart, each by this user and by others. */
    async function say(who: UserKey): Promise<readonly Change[]> {
      const changes: Change[] = [];
      for (let at = 0; at < 10; at++) {
        const nowMs = START_MS + at * MINUTE_MS;
        await tell(store, user(7), nowMs, setStatusMessage(`other ${at}`));
        changes.push(...(await tell(store, who, nowMs, setStatusMessage(`${at}`))).changes);
        await tell(store, { ...who, tenantId: user(1, 2).tenantId }, nowMs, setPresence(BUSY));
      }
      return changes;
    }

    describe('history', () => {
      it('has every change of the user, in order, and nobody else’s', async () => {
        const said = await say(user(1));
        expect(await store.history(user(1), 0, 100)).toEqual({ changes: said, forgottenMs: 0 });
        expect(said).toHaveLength(10);
        expect(await store.history(user(2), 0, 100)).toEqual({ changes: [], forgottenMs: 0 });
      });

      it('is read in pages, each from the number after the last', async () => {
        const said = await say(user(1));
        for (const size of [1, 3, 10, 11]) {
          const read: Change[] = [];
          for (let from = 0; ; ) {
            const { changes } = await store.history(user(1), from, size);
            expect(changes.length).toBeLessThanOrEqual(size);
            if (changes.length === 0) break;
            read.push(...changes);
            from = (changes.at(-1)?.number ?? 0) + 1;
          }
          expect(read).toEqual(said);
        }
        expect((await store.history(user(1), 0, 0)).changes).toEqual([]);
      });

      it('is read from an instant on: a number is no less than its change’s instant', async () => {
        await say(user(1));
        const { changes } = await store.history(user(1), START_MS + 7 * MINUTE_MS, 100);
        expect(contents(changes)).toEqual(['7', '8', '9']);
        const later = await store.history(user(1), START_MS + 7 * MINUTE_MS + 1, 1);
        expect(contents(later.changes)).toEqual(['8']);
        expect((await store.history(user(1), NEVER_MS, 5)).changes).toEqual([]);
      });

      it('has all changes of one update, and of updates that came together', async () => {
        await tell(store, user(1), START_MS, setPresence());
        await Promise.all([
          tell(store, user(1), START_MS + 90 * MINUTE_MS, setPresence(BUSY)),
          tell(store, user(1), START_MS + 90 * MINUTE_MS, setPresence(DO_NOT_DISTURB)),
        ]);
        const { changes } = await store.history(user(1), 0, 100);
        expect(changes.map(({ after }) => after.activity)).toEqual([
          ...['Available', 'AvailableInactive', 'Away', 'Offline', 'Busy', 'DoNotDisturb'],
        ]);
        expect(changes.map(({ cause }) => cause.kind)).toEqual([
          ...['setPresence', 'sessionFaded', 'sessionFaded', 'sessionExpired'],
          ...['setPresence', 'setPresence'],
        ]);
      });

      it('gets nothing from a keep-alive, and nothing from a change that changes nothing', async () => {
        const { changes } = await tell(store, user(1), START_MS, setPresence(BUSY));
        await tell(store, user(1), START_MS + MINUTE_MS, setPresence(BUSY));
        await mark(store, user(1), START_MS + 2 * MINUTE_MS);
        expect((await store.history(user(1), 0, 100)).changes).toEqual(changes);
        expect(await wholeFeed(store)).toHaveLength(2);
      });

      it('loses what the feed forgets, and says since when it is whole', async () => {
        await say(user(1));
        await store.trimFeed(0, START_MS + 4 * MINUTE_MS, 100);
        const { changes, forgottenMs } = await store.history(user(1), 0, 100);
        expect(contents(changes)).toEqual(['4', '5', '6', '7', '8', '9']);
        expect(forgottenMs).toBe(START_MS + 3 * MINUTE_MS);
        // A user of whom nothing is left, and one of whom there never was anything.
        await store.trimFeed(0, NEVER_MS, 100);
        const lastMs = START_MS + 9 * MINUTE_MS;
        for (const who of [user(1), user(7), user(8)]) {
          expect(await store.history(who, 0, 100)).toEqual({ changes: [], forgottenMs: lastMs });
        }
        await tell(store, user(1), lastMs + 1, setStatusMessage('again'));
        expect(contents((await store.history(user(1), 0, 100)).changes)).toEqual(['again']);
      });

      it('says so also where a younger one was forgotten before an older one', async () => {
        await tell(store, user(1), START_MS + 10, setPresence(BUSY));
        await tell(store, user(2), START_MS, setPresence(BUSY));
        await store.trimFeed(0, START_MS + 11, 1);
        await store.trimFeed(0, START_MS + 11, 1);
        expect((await store.history(user(1), 0, 1)).forgottenMs).toBe(START_MS + 10);
      });
    });

    describe('a history that is forgotten', () => {
      it('is gone from the feed as well, and nothing else is', async () => {
        await say(user(1));
        const before = await wholeFeed(store);
        await mark(store, user(1), START_MS + 20 * MINUTE_MS);
        const { end } = await store.feedBounds(0);
        expect(await store.forgetHistory(user(1), 100)).toBe(10);
        expect((await store.history(user(1), 0, 100)).changes).toEqual([]);
        const isTheirs = ({ tenantId, userId }: UserKey) =>
          tenantId === user(1).tenantId && userId === user(1).userId;
        const left = await wholeFeed(store);
        expect(left.slice(0, -1)).toEqual(before.filter((entry) => !isTheirs(entry)));
        expect(left.at(-1)).toMatchObject(user(1));
        expect((await store.history(user(7), 0, 100)).changes).toHaveLength(10);
        expect((await store.feedBounds(0)).end).toBe(end);
        expect((await store.feed(0, FEED_START, 1000)).cursor).toBe(end);
        expect(await store.forgetHistory(user(1), 100)).toBe(0);
        // The record is no part of it.
        expect((await readOne(store, user(1)))?.facts.statusMessage?.content).toBe('9');
      });

      it('goes in slices, the oldest first', async () => {
        await say(user(1));
        await mark(store, user(1), START_MS + 20 * MINUTE_MS);
        expect(await store.forgetHistory(user(1), 4)).toBe(4);
        const { changes } = await store.history(user(1), 0, 100);
        expect(contents(changes)).toEqual(['4', '5', '6', '7', '8', '9']);
        expect(await store.forgetHistory(user(1), 100)).toBe(6);
      });

      it('leaves every place good, whoever has read up to where', async () => {
        await say(user(1));
        const cursors = [FEED_START];
        for (const size of [1, 2, 3, 7, 11]) {
          cursors.push((await store.feed(0, cursors.at(-1) ?? '', size)).cursor);
        }
        await mark(store, user(1), START_MS + 20 * MINUTE_MS);
        await store.forgetHistory(user(1), 100);
        const whole = await store.feed(0, FEED_START, 1000);
        for (const cursor of cursors) {
          const { entries } = await store.feed(0, cursor, 1000);
          expect(entries).toEqual(whole.entries.filter((entry) => entry.cursor > cursor));
        }
      });

      it('begins anew, and the feed is trimmed as before', async () => {
        await say(user(1));
        await mark(store, user(1), START_MS + 20 * MINUTE_MS);
        await store.forgetHistory(user(1), 100);
        await tell(store, user(1), START_MS + 30 * MINUTE_MS, setStatusMessage('back'));
        expect(contents((await store.history(user(1), 0, 100)).changes)).toEqual(['back']);
        expect(await store.trimFeed(0, START_MS + 25 * MINUTE_MS, 1000)).toBe(12);
        expect(contents((await store.history(user(1), 0, 100)).changes)).toEqual(['back']);
        expect(await store.trimFeed(0, NEVER_MS, 1000)).toBe(1);
        expect((await store.history(user(1), 0, 100)).changes).toEqual([]);
      });
    });

    it('tells no history once it is closed', async () => {
      await store.close();
      await expect(store.history(user(1), 0, 1)).rejects.toThrow(StoreUnavailable);
      await expect(store.forgetHistory(user(1), 1)).rejects.toThrow(StoreUnavailable);
    });
  });
}
