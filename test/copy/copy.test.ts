import { describe, expect, it } from 'vitest';
import { mustBeWhole } from '../../src/copy/progress.ts';
import { photoCollection } from '../../src/directory/photos.ts';
import { BUSY } from '../../src/engine/pair.ts';
import { FEED_INDEX, feedCollection } from '../../src/feeds/stored-feed.ts';
import { mailboxCollection } from '../../src/mailbox/documents.ts';
import { createMemory, openMemoryStore } from '../../src/store/memory.ts';
import { createLeaseTable } from '../../src/store/memory-leases.ts';
import { endOfFeeds, isKept } from '../../src/store/place.ts';
import type { DocumentStore, PresenceStore, UserKey } from '../../src/store/store.ts';
import { START_MS, setPresence, setStatusMessage, tell, user } from '../store/commands.ts';
import { copy, dueOf, fill, finish, storeWith, usersOf } from './copying.ts';

describe('a copy', () => {
  it('has every user of every tenant, with due entries and numbers, and no changes', async () => {
    const from = await storeWith(2500);
    const to = openMemoryStore({ partitions: 7 });
    const pages: number[] = [];
    await copy(from, to, { onProgress: (users) => pages.push(users) });
    expect(pages).toEqual([1000, 1250, 2250, 2500]);
    expect(await finish(from, to)).toBe(2500);
    const users = await usersOf(to);
    expect(users).toHaveLength(2500);
    expect(users).toEqual(await usersOf(from));
    const due = await dueOf(to);
    expect(due.length).toBeGreaterThan(500);
    expect(due).toEqual(await dueOf(from));
    for (let partition = 0; partition < 7; partition++) {
      expect((await to.feed(partition, '', 10)).entries).toEqual([]);
    }
  });

  it('goes on where presence was: the next change has the next number', async () => {
    const from = await storeWith(10);
    const to = openMemoryStore();
    await copy(from, to);
    const [before] = await from.read(user(0, 0).tenantId, [user(0).userId]);
    const { changes } = await tell(to, user(0, 0), START_MS, setPresence(BUSY));
    expect(changes.map(({ number }) => number)).toEqual([(before?.number ?? 0) + 1]);
  });

  it('has what was due while it was made come at once', async () => {
    const from = openMemoryStore();
    await tell(from, user(1), START_MS, setPresence(BUSY, 1000));
    const to = openMemoryStore();
    await copy(from, to, { nowMs: () => START_MS + 60_000 });
    expect(await to.due(0, START_MS + 1000, 10)).toEqual([user(1)]);
  });

  it('says that it knows nothing of what was before', async () => {
    const from = await storeWith(100);
    const to = openMemoryStore({ partitions: 7 });
    const nowMs = START_MS + 3_600_000;
    await copy(from, to, { nowMs: () => nowMs });
    for (const who of [user(0, 0), user(4, 0), user(99, 1)]) {
      expect(await to.history(who, 0, 10)).toEqual({ changes: [], forgottenMs: nowMs });
    }
  });

  it('knows none of the places that the other store gave out', async () => {
    const from = openMemoryStore({ partitions: 1 });
    await tell(from, user(1), START_MS, setStatusMessage('one'));
    const begun = '';
    const to = openMemoryStore({ partitions: 1 });
    await copy(from, to);
    expect(isKept(begun, await to.feedBounds(0))).toBe(false);
    expect(await endOfFeeds(to)).toEqual([(await to.feedBounds(0)).start]);
  });
});

describe('a copy is refused', () => {
  it('of an empty store', async () => {
    await expect(copy(openMemoryStore(), openMemoryStore())).rejects.toThrow(
      'the store to copy from is empty',
    );
  });

  it('into a store with users, or with subscriptions, which stay as they are', async () => {
    const from = await storeWith(3);
    const to = await storeWith(1);
    const before = await usersOf(to);
    await expect(copy(from, to)).rejects.toThrow('the store to copy to is not empty');
    expect(await usersOf(to)).toEqual(before);
    const other = openMemoryStore();
    await other.documents.write([{ collection: 'subscriptions', id: 'x', text: '{}' }]);
    await expect(copy(from, other)).rejects.toThrow('the store to copy to is not empty');
  });

  it('into one that is part of another copy', async () => {
    const from = await storeWith(3);
    const to = openMemoryStore();
    await copy(from, to, { name: 'lmdb:/one' });
    await expect(copy(from, to, { name: 'lmdb:/other' })).rejects.toThrow(
      'the store to copy to has a part of lmdb:/one; empty it first',
    );
  });

  it('while a server works on either, and not when it is gone', async () => {
    let nowMs = 0;
    const shared = () =>
      createMemory({ leases: createLeaseTable({ leaseMs: 2000, nowMs: () => nowMs }) });
    const source = shared();
    const target = shared();
    const [from, to] = [source.open(), target.open()];
    await fill(from, 3);
    for (const [memory, which] of [
      [source, 'from'],
      [target, 'to'],
    ] as const) {
      const server = memory.open();
      await server.leases.attend();
      const asLives = async (ms: number) => {
        nowMs += ms;
        await server.leases.attend();
      };
      await expect(copy(from, to, { pause: asLives })).rejects.toThrow(
        `the store to copy ${which} is in use by ${server.leases.self}; stop that first`,
      );
      await server.leases.leave();
    }
    // One that was killed says nothing, and is waited for.
    await target.open().leases.attend();
    await copy(from, to, {
      pause: async (ms) => {
        nowMs += ms;
      },
    });
    expect(await finish(from, to)).toBe(3);
  });

  it('when a server comes while it is made', async () => {
    let nowMs = 0;
    const source = createMemory({
      leases: createLeaseTable({ leaseMs: 2000, nowMs: () => nowMs }),
    });
    const from = source.open();
    await fill(from, 3);
    const server = source.open();
    const pause = async (ms: number) => {
      nowMs += ms;
      await server.leases.attend();
    };
    const made = copy(from, openMemoryStore(), {
      pause,
      onProgress: () => void server.leases.attend(),
    });
    await expect(made).rejects.toThrow('the store to copy from is in use by');
  });
});

describe('a copy that is not whole', () => {
  it('is served by nobody until it is compared', async () => {
    const from = await storeWith(5);
    const to = openMemoryStore();
    await mustBeWhole(to);
    await copy(from, to);
    await expect(mustBeWhole(to)).rejects.toThrow(
      'the copy of a store into this store was not finished; run porchlight store copy again',
    );
    await finish(from, to);
    await mustBeWhole(to);
  });

  it('is noticed: a record that is another, one that is missing', async () => {
    const from = await storeWith(5);
    const to = openMemoryStore();
    await copy(from, to);
    await tell(to, user(3, 1), START_MS, setStatusMessage('another'));
    await expect(finish(from, to)).rejects.toThrow(
      `user ${user(3, 1).userId} of tenant ${user(3, 1).tenantId} is not there as it was copied`,
    );
    await expect(mustBeWhole(to)).rejects.toThrow('not finished');

    const half = openMemoryStore();
    const progress = (await to.documents.all('copy')).get('progress');
    await half.documents.write([{ collection: 'copy', id: 'progress', text: progress }]);
    await expect(finish(from, half)).rejects.toThrow('is not there as it was copied');
  });

  it('is begun anew when the source changed meanwhile, also where it was copied already', async () => {
    const from = await storeWith(5);
    const to = openMemoryStore();
    await copy(from, to);
    await tell(from, user(0, 0), START_MS, setStatusMessage('changed'));
    await tell(to, user(4, 0), START_MS, setStatusMessage('a mistake'));
    await expect(finish(from, to)).rejects.toThrow('is not there as it was copied');
    expect(await copy(from, to)).toMatchObject({ resumedAfter: 0 });
    expect(await finish(from, to)).toBe(5);
    expect(await usersOf(to)).toEqual(await usersOf(from));
  });

  it('says so when the source changed behind what was compared', async () => {
    const from = await storeWith(5);
    const to = openMemoryStore();
    await copy(from, to);
    // The same presence again, by a detour.
    const [record] = await from.read(user(0, 0).tenantId, [user(0).userId]);
    await tell(from, user(0, 0), START_MS, setStatusMessage('changed'));
    if (record) await from.update(user(0, 0), START_MS, () => ({ record, changes: [] }));
    await expect(finish(from, to)).rejects.toThrow('has changed meanwhile');
  });
});

describe('what is kept of people beside their presence', () => {
  const ada = user(1);
  /** Known, and never present. */
  const guest = user(999);

  async function lived(): Promise<PresenceStore> {
    const from = await storeWith(3);
    const own = (who: UserKey) => from.documentsOf(from.partitionOf(who));
    const put = (documents: DocumentStore, collection: string, id: string, text: string) =>
      documents.write([{ collection, id, text }]);
    await put(own(ada), mailboxCollection(ada), 'event 1', 'a meeting');
    await put(own(ada), photoCollection(ada), 'photo', 'her face');
    await put(own(ada), feedCollection(ada), 'state', 'from elsewhere');
    await put(own(ada), FEED_INDEX, `${ada.tenantId} ${ada.userId}`, '1 2');
    await put(own(guest), photoCollection(guest), 'photo', 'their face');
    await put(from.documents, `directory ${guest.tenantId}`, guest.userId, 'a guest');
    await put(from.documents, `directory-name ${guest.tenantId}`, 'x', guest.userId);
    return from;
  }

  it('goes with the copy, each to the partition of its user', async () => {
    const from = await lived();
    const to = openMemoryStore({ partitions: 7 });
    await copy(from, to);
    await finish(from, to);
    const own = (who: UserKey, collection: string) =>
      to.documentsOf(to.partitionOf(who)).all(collection);
    expect(await own(ada, mailboxCollection(ada))).toEqual(new Map([['event 1', 'a meeting']]));
    expect(await own(ada, photoCollection(ada))).toEqual(new Map([['photo', 'her face']]));
    expect(await own(ada, feedCollection(ada))).toEqual(new Map([['state', 'from elsewhere']]));
    expect([...(await own(ada, FEED_INDEX)).values()]).toEqual(['1 2']);
    expect(await own(guest, photoCollection(guest))).toEqual(new Map([['photo', 'their face']]));
    expect([...(await to.documents.all(`directory ${guest.tenantId}`)).values()]).toEqual([
      'a guest',
    ]);
    expect((await to.documents.all(`directory-name ${guest.tenantId}`)).size).toBe(1);
  });

  it('is compared, too', async () => {
    const from = await lived();
    const to = openMemoryStore();
    await copy(from, to);
    await to.documents.write([
      { collection: mailboxCollection(ada), id: 'event 1', text: 'another' },
    ]);
    await expect(finish(from, to)).rejects.toThrow('is not there as it was copied');
  });
});
