import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NEW_RECORD } from '../../src/engine/advance.ts';
import { BUSY } from '../../src/engine/pair.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { type HeldStore, holdLmdbStore } from '../../src/store/lmdb/hold.ts';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { FEED_START, type FeedEntry, type PresenceStore } from '../../src/store/store.ts';
import { readOne, START_MS, setPresence, tell, user, wholeFeed } from './commands.ts';
import { edit } from './document-contract.ts';
import { newFolder } from './folders.ts';
import { type Sharing, shareHeld, shareLmdbStore } from './lmdb-sharing.ts';
import { startWorker, type Worker } from './lmdb-worker.ts';

const PATIENCE_MS = 20_000;
const KILLS = 6;

/** Each user's changes build on one another, none missing and none twice. */
function expectChains(feed: readonly FeedEntry[]): void {
  const last = new Map<string, FeedEntry['change']>();
  for (const { userId, change } of feed) {
    const before = last.get(userId);
    expect(change.before).toEqual(before?.after ?? NEW_RECORD.presence);
    expect(change.number).toBeGreaterThan(before?.number ?? 0);
    last.set(userId, change);
  }
}

const contentOf = ({ change }: FeedEntry) => change.after.statusMessage?.content;

describe('a store that several processes share', () => {
  let path: string;
  let held: HeldStore;
  const workers = new Set<Worker>();

  const start = async (self: string) => {
    const worker = await startWorker(path, held.holder, self);
    workers.add(worker);
    return worker;
  };

  beforeEach(async () => {
    path = newFolder();
    held = await holdLmdbStore({ path });
  });
  afterEach(async () => {
    await Promise.all([...workers].map((worker) => worker.kill()));
    workers.clear();
    await held.release();
  });

  /** What is in the file once nobody shares it any more. */
  async function feedLeft(): Promise<FeedEntry[]> {
    await Promise.all([...workers].map((worker) => worker.kill()));
    await held.release();
    const store = await openLmdbStore({ path });
    const feed = await wholeFeed(store, 1000);
    await store.close();
    held = await holdLmdbStore({ path });
    return feed;
  }

  it('loses no update of a user whom all write at once, and each reads what it wrote', async () => {
    const both = [await start('a'), await start('b')];
    await Promise.all(both.map((worker) => worker.count(user(1), 150)));
    const feed = await feedLeft();
    expect(feed).toHaveLength(300);
    expectChains(feed);
  });

  it('goes on when one of them is killed in the middle of its writes, and has all that was kept', async () => {
    const users = Array.from({ length: 20 }, (_, at) => user(at));
    const steady = await start('steady');
    steady.write(users, 10);
    const kept: string[] = [];
    for (let cycle = 0; cycle < KILLS; cycle++) {
      const victim = await start(`victim-${cycle}`);
      victim.write(users, 10);
      await victim.keeps(5 + 7 * cycle);
      await victim.kill();
      await steady.keeps(30);
      kept.push(...victim.kept);
    }
    await steady.kill();
    kept.push(...steady.kept);
    const feed = await feedLeft();
    expectChains(feed);
    const contents = feed.map(contentOf);
    expect(new Set(contents).size).toBe(contents.length);
    const found = new Set(contents);
    expect(kept.length).toBeGreaterThan(30 * KILLS);
    expect(kept.filter((content) => !found.has(content))).toEqual([]);
  });

  it('is read as it is, also within a turn of the event loop that has read it before', async () => {
    const store = await shareHeld(held, path).open();
    const writer = await start('writer');
    writer.write([user(1)], 1);
    await writer.keeps(1);
    const first = (await readOne(store, user(1)))?.number ?? 0;
    const pause = new Int32Array(new SharedArrayBuffer(4));
    const deadlineMs = performance.now() + PATIENCE_MS;
    // Waiting like this, nothing of this process but these reads gets a turn.
    for (let number = first; number === first; ) {
      if (performance.now() > deadlineMs) throw new Error('the read goes on giving an old state');
      Atomics.wait(pause, 0, 0, 20);
      number = (await readOne(store, user(1)))?.number ?? 0;
    }
    await store.close();
  });
});

describe('those who share a store', () => {
  let path: string;
  let sharing: Sharing;
  let first: PresenceStore;
  let second: PresenceStore;

  beforeEach(async () => {
    path = newFolder();
    sharing = await shareLmdbStore(path);
    [first, second] = [await sharing.open(), await sharing.open()];
  });
  afterEach(async () => {
    await first.close();
    await second.close();
    await sharing.release();
  });

  it('hear of each other’s changes and documents', async () => {
    const heard = {
      changes: new Promise<void>((resolve) => void second.onChanges(() => resolve())),
      documents: new Promise<void>((resolve) => void second.documents.onWritten(() => resolve())),
    };
    await tell(first, user(1), START_MS, setPresence(BUSY));
    await heard.changes;
    await first.documents.write([edit('a', '1')]);
    await heard.documents;
  });

  it('are told what the others wrote of documents, and only that', async () => {
    await first.documents.write([edit('a', '1'), edit('b', '1')]);
    const { revision } = await second.documents.since('things');
    await first.documents.write([edit('a', '2')]);
    await second.documents.write([edit('c', '1')]);
    for (const store of [first, second]) {
      const { documents, isWhole } = await store.documents.since('things', revision);
      expect({ isWhole, documents: Object.fromEntries(documents) }).toEqual({
        isWhole: false,
        documents: { a: '2', c: '1' },
      });
    }
  });

  it('forget an entry of the feed once, whoever trims', async () => {
    for (let at = 0; at < 10; at++) await tell(first, user(at), START_MS, setPresence(BUSY));
    const counts = await Promise.all([
      first.trimFeed(0, START_MS + 1, 6),
      second.trimFeed(0, START_MS + 1, 6),
    ]);
    expect(counts.toSorted()).toEqual([4, 6]);
    expect((await first.feed(0, FEED_START, 10)).entries).toEqual([]);
  });

  it('write nothing any more when another program has the file', async () => {
    await tell(first, user(1), START_MS, setPresence(BUSY));
    // As when the process that held it was killed, and those it left behind are not gone yet.
    await sharing.release();
    const other = await openLmdbStore({ path });
    const late = tell(first, user(1), START_MS + 1, setPresence());
    await expect(late).rejects.toThrow(StoreUnavailable);
    expect(first.health()).toMatchObject({ writable: false });
    expect(await wholeFeed(other)).toHaveLength(1);
    await other.close();
    sharing = await shareLmdbStore(path);
  });
});
