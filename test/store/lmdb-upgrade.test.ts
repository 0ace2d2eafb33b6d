import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NEVER_MS } from '../../src/engine/facts.ts';
import { existingTable, mapFile } from '../../src/store/lmdb/database.ts';
import { feedKey } from '../../src/store/lmdb/keys.ts';
import { readFormat, SCHEMA } from '../../src/store/lmdb/meta.ts';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { Room } from '../../src/store/lmdb/room.ts';
import { serve } from '../../src/store/lmdb/serving.ts';
import { openTables } from '../../src/store/lmdb/tables.ts';
import { FEED_START, type HistoryPage } from '../../src/store/store.ts';
import { guid, START_MS, setStatusMessage, tell, user, wholeFeed } from './commands.ts';
import { edit } from './document-contract.ts';
import { newFolder } from './folders.ts';
import { mark } from './history-contract.ts';

const fileOf = (folder: string) => join(folder, 'porchlight.mdb');

/** Runs `look` on the tables of a store that nobody serves. */
async function within<Value>(folder: string, look: (root: ReturnType<typeof mapFile>) => Value) {
  const root = mapFile(fileOf(folder));
  try {
    return look(root);
  } finally {
    await root.close();
  }
}

function metaOf(root: ReturnType<typeof mapFile>) {
  const meta = existingTable(root, 'meta');
  if (meta === undefined) throw new Error('a store says what it is');
  return meta;
}

/**
 * A store as Porchlight made it before it had documents, with changes 0 to 9, of which the first
 * `forgotten` were forgotten: four tables, schema 1, and the next counter once something was forgotten.
 */
async function storeOfSchema1(forgotten: number, documentsAreLeft = false): Promise<string> {
  const folder = newFolder();
  const store = await openLmdbStore({ path: folder });
  for (let at = 0; at < 10; at++) {
    await tell(store, user(at), START_MS + at, setStatusMessage(`${at}`));
  }
  await store.trimFeed(0, NEVER_MS, forgotten);
  await store.close();
  await within(folder, (root) => {
    if (!documentsAreLeft) existingTable(root, 'documents')?.dropSync();
    existingTable(root, 'history')?.dropSync();
    const meta = metaOf(root);
    meta.removeSync(Buffer.from('feed.forgotten'));
    meta.putSync(Buffer.from('format'), Buffer.from('{"format":"porchlight","schema":1}'));
  });
  return folder;
}

function schemaOf(folder: string): Promise<number | undefined> {
  return within(folder, (root) => readFormat(metaOf(root))?.schema);
}

describe('a store of schema 1', () => {
  it('keeps what it has, takes documents, and is of the newest schema from then on', async () => {
    const folder = await storeOfSchema1(0);
    expect(await schemaOf(folder)).toBe(1);
    expect(await within(folder, (root) => existingTable(root, 'documents'))).toBeUndefined();
    for (let time = 0; time < 2; time++) {
      const store = await openLmdbStore({ path: folder });
      const ids = Array.from({ length: 10 }, (_, at) => guid(at));
      const records = await store.read(user(0).tenantId, ids);
      expect(records.map((record) => record?.facts.statusMessage?.content)).toEqual(
        ids.map((_, at) => `${at}`),
      );
      expect(await wholeFeed(store)).toHaveLength(10);
      expect((await store.documents.all('things')).size).toBe(time);
      await store.documents.write([edit(`${time}`, 'text')]);
      await store.close();
      expect(await schemaOf(folder)).toBe(SCHEMA);
    }
  });

  it('opens when a crash left it with the table and without the schema', async () => {
    const folder = await storeOfSchema1(3, true);
    const store = await openLmdbStore({ path: folder });
    await store.documents.write([edit('a', 'text')]);
    expect(await wholeFeed(store)).toHaveLength(7);
    await store.close();
    expect(await schemaOf(folder)).toBe(SCHEMA);
  });

  it('has its feed begin where something was forgotten, or at the start', async () => {
    for (const forgotten of [0, 4, 10]) {
      const folder = await storeOfSchema1(forgotten);
      const store = await openLmdbStore({ path: folder });
      const { start, end } = await store.feedBounds(0);
      expect(start === FEED_START).toBe(forgotten === 0);
      expect(start === end).toBe(forgotten === 10);
      expect(await wholeFeed(store, 100, start)).toHaveLength(10 - forgotten);
      await tell(store, user(1), START_MS + 20, setStatusMessage('next'));
      expect((await store.feed(0, end, 10)).entries).toHaveLength(1);
      expect((await store.feedBounds(0)).end > end).toBe(true);
      await store.close();
    }
  });

  it('is left as it is while the Porchlight that made it serves it', async () => {
    const folder = await storeOfSchema1(0);
    const root = mapFile(fileOf(folder));
    const room = new Room(fileOf(folder));
    const serving = await serve(openTables(fileOf(folder), root, room), folder);
    const before = readFileSync(fileOf(folder));
    await expect(openLmdbStore({ path: folder })).rejects.toMatchObject({ code: 'StoreInUse' });
    expect(readFileSync(fileOf(folder)).equals(before)).toBe(true);
    await serving.release(async () => {
      room.close();
      await root.close();
    });
    const store = await openLmdbStore({ path: folder });
    await store.documents.write([edit('a', 'text')]);
    await store.close();
  });
});

/**
 * A store as Porchlight made it before it had histories, with changes 0 to 9 of one user and of others, and a
 * change that changes nothing. With `someAreLeft` it is one that a crash left half upgraded, and that was served by
 * its own Porchlight again.
 */
async function storeOfSchema2(someAreLeft = false): Promise<string> {
  const folder = newFolder();
  const store = await openLmdbStore({ path: folder });
  for (let at = 0; at < 10; at++) {
    await tell(store, user(at % 3), START_MS + at, setStatusMessage(`${at}`));
  }
  await mark(store, user(0), START_MS + 10);
  await store.close();
  await within(folder, (root) => {
    const history = existingTable(root, 'history');
    if (someAreLeft) {
      const feed = existingTable(root, 'feed');
      for (const key of feed?.getKeys({ limit: 1 }) ?? []) feed?.removeSync(Buffer.from(key));
    } else history?.dropSync();
    metaOf(root).putSync(Buffer.from('format'), Buffer.from('{"format":"porchlight","schema":2}'));
  });
  return folder;
}

describe('a store of schema 2', () => {
  const contentsOf = ({ changes }: HistoryPage) =>
    changes.map(({ after }) => after.statusMessage?.content);

  it('has the histories of all that is in its feed, and goes on with them', async () => {
    const folder = await storeOfSchema2();
    for (let time = 0; time < 2; time++) {
      const store = await openLmdbStore({ path: folder });
      const history = await store.history(user(0), 0, 100);
      expect(contentsOf(history)).toEqual(['0', '3', '6', '9', ...(time === 0 ? [] : ['more'])]);
      expect(contentsOf(await store.history(user(1), START_MS + 2, 1))).toEqual(['4']);
      if (time === 0) await tell(store, user(0), START_MS + 20, setStatusMessage('more'));
      else {
        await store.trimFeed(0, NEVER_MS, 100);
        expect((await store.history(user(0), 0, 100)).changes).toEqual([]);
      }
      await store.close();
      expect(await schemaOf(folder)).toBe(SCHEMA);
      const left = await within(folder, (root) => existingTable(root, 'history')?.getKeysCount());
      expect(left).toBe(time === 0 ? 11 : 0);
    }
  });

  it('gets them anew where a crash has left some that are gone by now', async () => {
    const store = await openLmdbStore({ path: await storeOfSchema2(true) });
    expect(contentsOf(await store.history(user(0), 0, 100))).toEqual(['3', '6', '9']);
    await store.close();
  });
});

describe('a store of the newest schema', () => {
  it('knows after a restart what its feed has forgotten, also when that is all', async () => {
    const path = newFolder();
    const store = await openLmdbStore({ path });
    for (let at = 0; at < 5; at++)
      await tell(store, user(at), START_MS + at, setStatusMessage('x'));
    expect(await store.trimFeed(0, START_MS + 2, 10)).toBe(2);
    const some = await store.feedBounds(0);
    await store.close();
    const second = await openLmdbStore({ path });
    expect(await second.feedBounds(0)).toEqual(some);
    expect(await second.trimFeed(0, NEVER_MS, 10)).toBe(3);
    await second.close();
    const third = await openLmdbStore({ path });
    expect(await third.feedBounds(0)).toEqual({ start: some.end, end: some.end });
    await tell(third, user(1), START_MS + 9, setStatusMessage('y'));
    const { start, end } = await third.feedBounds(0);
    expect(start).toBe(some.end);
    expect((await third.feed(0, start, 10)).cursor).toBe(end);
    await third.close();
  });

  it.each(['documents', 'history'])(
    'is damaged when it has no table %s, and not one of before',
    async (table) => {
      const path = newFolder();
      await (await openLmdbStore({ path })).close();
      await within(path, (root) => existingTable(root, table)?.dropSync());
      await expect(openLmdbStore({ path })).rejects.toMatchObject({ code: 'StoreDamaged' });
    },
  );

  it('is damaged when a history has what the feed has not', async () => {
    const path = newFolder();
    const store = await openLmdbStore({ path });
    for (const at of [1, 2, 3]) await tell(store, user(at), START_MS + at, setStatusMessage('x'));
    await store.close();
    await within(path, (root) => {
      const feed = existingTable(root, 'feed');
      feed?.removeSync(Buffer.from(feedKey(2)));
    });
    await expect(openLmdbStore({ path })).rejects.toMatchObject({
      code: 'StoreDamaged',
      message: expect.stringContaining(`user ${user(2).userId} and their history disagree`),
    });
  });
});
