import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BUSY, DO_NOT_DISTURB } from '../../src/engine/pair.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { Committer } from '../../src/store/lmdb/committer.ts';
import { createStore } from '../../src/store/lmdb/create.ts';
import { type Database, mapFile } from '../../src/store/lmdb/database.ts';
import { readDocuments } from '../../src/store/lmdb/documents.ts';
import { feedBounds, nextInFeed, readFeed } from '../../src/store/lmdb/feed.ts';
import { LmdbFile } from '../../src/store/lmdb/lmdb-file.ts';
import { Records } from '../../src/store/lmdb/records.ts';
import { Room } from '../../src/store/lmdb/room.ts';
import { openTables } from '../../src/store/lmdb/tables.ts';
import { upgrade } from '../../src/store/lmdb/upgrade.ts';
import { MINUTE_MS, START_MS, setPresence, setStatusMessage, stepAt, user } from './commands.ts';
import { newFolder } from './folders.ts';

describe('group commit', () => {
  let database: Database;
  let records: Records;
  let committer: Committer;
  let nowMs: number;
  let hints: number;

  beforeEach(async () => {
    const folder = newFolder();
    const path = join(folder, 'porchlight.mdb');
    await createStore(folder, path);
    database = upgrade(openTables(path, mapFile(path), new Room(path)));
    records = new Records(database, 100);
    nowMs = 0;
    hints = 0;
    committer = new Committer(database, records, {
      monotonicMs: () => nowMs,
      onChanges: () => hints++,
    });
  });
  afterEach(async () => {
    await committer.settled();
    vi.restoreAllMocks();
    database.room.close();
    await database.root.close();
  });

  /** How many transactions the file has seen. */
  function transactions(): number {
    const file = new LmdbFile(database.path);
    const meta = file.meta();
    file.close();
    if (typeof meta === 'string') throw new Error(meta);
    return meta.transaction;
  }

  /** Makes the next commit wait, and fail when told. */
  function failNext(): { started: Promise<void>; fail: () => void } {
    let start: () => void = () => {};
    const started = new Promise<void>((resolve) => {
      start = resolve;
    });
    let fail: () => void = () => {};
    const failed = new Promise<boolean>((_, reject) => {
      const cause = Promise.reject(new Error('the disk burns'));
      cause.catch(() => {});
      const error = Object.assign(new Error('Commit failed'), { commitError: cause });
      fail = () => reject(error);
    });
    vi.spyOn(database.root, 'batch').mockImplementationOnce(() => {
      start();
      return failed;
    });
    return { started, fail };
  }

  const document = (id: string, text: string) => ({ collection: 'things', id, text });
  const documents = () => Object.fromEntries(readDocuments(database, 'things'));

  it('keeps what is told at once in one transaction', async () => {
    const before = transactions();
    const told = Array.from({ length: 100 }, (_, at) =>
      committer.update(user(at), START_MS, stepAt(START_MS, setPresence(BUSY))),
    );
    await Promise.all(told);
    expect(transactions()).toBe(before + 1);
    expect(hints).toBe(1);
  });

  it('keeps what is told while one is under way in the next', async () => {
    const before = transactions();
    const told: Promise<unknown>[] = [];
    for (let turn = 0; turn < 20; turn++) {
      for (let at = 0; at < 50; at++) {
        const step = stepAt(START_MS + turn, setStatusMessage(`${turn}`));
        told.push(committer.update(user(at), START_MS + turn, step));
      }
      await new Promise(setImmediate);
    }
    await Promise.all(told);
    expect(transactions() - before).toBeLessThanOrEqual(20);
    expect(readFeed(database, '', 2000).entries).toHaveLength(1000);
    expect(records.get(user(7).tenantId, user(7).userId)?.record.facts.statusMessage?.content).toBe(
      '19',
    );
  });

  it('writes nothing but the record for a keep-alive that changes nothing', async () => {
    await committer.update(user(1), START_MS, stepAt(START_MS, setPresence(BUSY)));
    const due = vi.spyOn(database.due, 'put');
    const feed = vi.spyOn(database.feed, 'put');
    const record = vi.spyOn(database.records, 'put');
    const laterMs = START_MS + MINUTE_MS;
    await committer.update(user(1), laterMs, stepAt(laterMs, setPresence(BUSY)));
    expect(record).toHaveBeenCalledTimes(1);
    expect(due).not.toHaveBeenCalled();
    expect(feed).not.toHaveBeenCalled();
  });

  it('writes nothing at all for an update that changes nothing', async () => {
    await committer.update(user(1), START_MS, stepAt(START_MS, setPresence(BUSY)));
    const before = transactions();
    await committer.update(user(1), START_MS + 1, stepAt(START_MS + 1));
    expect(transactions()).toBe(before);
  });

  it('loses with a group all that collected behind it, and goes on from what is kept', async () => {
    const told = (content: string) =>
      committer.update(user(1), START_MS, stepAt(START_MS, setStatusMessage(content)));
    await told('kept');
    const { started, fail } = failNext();
    const first = told('lost');
    await started;
    const behind = [
      told('lost too'),
      // Would change nothing, but builds on what is lost.
      committer.update(user(1), START_MS, stepAt(START_MS)),
      committer.update(user(2), START_MS, stepAt(START_MS, setPresence(BUSY))),
    ];
    fail();
    const results = await Promise.allSettled([first, ...behind]);
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
    }
    expect(committer.health()).toEqual({
      writable: false,
      reason: 'a commit failed: the disk burns',
    });
    expect(records.get(user(2).tenantId, user(2).userId)).toBeUndefined();
    expect(hints).toBe(1);

    nowMs += 1000;
    const { changes } = await told('again');
    expect(changes[0]?.before.statusMessage?.content).toBe('kept');
    expect(committer.health()).toEqual({ writable: true });
    expect(readFeed(database, '', 10).entries).toHaveLength(2);
  });

  it('makes an update that changes nothing wait for what it builds on', async () => {
    const { started, fail } = failNext();
    const first = committer.update(user(1), START_MS, stepAt(START_MS, setPresence(BUSY)));
    await started;
    const tick = committer.update(user(1), START_MS, stepAt(START_MS));
    let settled = false;
    const seen = tick.catch(() => {
      settled = true;
    });
    await new Promise(setImmediate);
    expect(settled).toBe(false);
    fail();
    await Promise.all([expect(first).rejects.toThrow(StoreUnavailable), seen]);
    expect(settled).toBe(true);
  });

  it('refuses writes when a commit takes too long, and takes them when it is done', async () => {
    const { started, fail } = failNext();
    const first = committer.update(user(1), START_MS, stepAt(START_MS, setPresence(BUSY)));
    await started;
    nowMs += 10_000;
    expect(committer.health().writable).toBe(false);
    const second = committer.update(user(2), START_MS, stepAt(START_MS, setPresence(BUSY)));
    await expect(second).rejects.toThrow('under way for 10000 ms');
    fail();
    await expect(first).rejects.toThrow(StoreUnavailable);
    nowMs += 1000;
    await committer.update(user(2), START_MS, stepAt(START_MS, setPresence(DO_NOT_DISTURB)));
    expect(committer.health()).toEqual({ writable: true });
  });

  it('refuses what is more than may wait', async () => {
    const { started, fail } = failNext();
    const step = stepAt(START_MS, setPresence(BUSY));
    const outcomes = Array.from({ length: 100_001 }, () =>
      committer.update(user(1), START_MS, step).then(
        () => 'kept',
        (error) => error.message,
      ),
    );
    expect(await outcomes.at(-1)).toBe('100000 updates wait for the disk already');
    await started;
    fail();
    expect(await outcomes[0]).toBe('a commit failed: the disk burns');
  });

  it('keeps documents in one transaction with the updates of the moment', async () => {
    const before = transactions();
    await Promise.all([
      committer.update(user(1), START_MS, stepAt(START_MS, setPresence(BUSY))),
      committer.write([document('a', '1'), document('b', '1')]),
      committer.write([document('a', '2')]),
    ]);
    expect(transactions()).toBe(before + 1);
    expect(documents()).toEqual({ a: '2', b: '1' });
    await committer.write([]);
    expect(transactions()).toBe(before + 1);
  });

  it('shows no document before it is kept, and loses those behind a lost group too', async () => {
    await committer.write([document('a', 'kept')]);
    const { started, fail } = failNext();
    const first = committer.write([document('a', 'lost')]);
    await started;
    const second = committer.write([document('a', 'lost too'), document('b', 'lost too')]);
    expect(documents()).toEqual({ a: 'kept' });
    fail();
    for (const result of await Promise.allSettled([first, second])) {
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
    }
    await expect(committer.write([document('a', 'too early')])).rejects.toThrow('the disk burns');
    expect(documents()).toEqual({ a: 'kept' });
    nowMs += 1000;
    await committer.write([document('b', 'kept')]);
    expect(documents()).toEqual({ a: 'kept', b: 'kept' });
  });

  it('refuses documents when those that wait fill much memory', async () => {
    const { started, fail } = failNext();
    const text = 'x'.repeat(1 << 24);
    const outcomes = Array.from({ length: 5 }, (_, at) =>
      committer.write([document(`${at}`, text)]).then(
        () => 'kept',
        (error) => error.message,
      ),
    );
    expect(await outcomes[4]).toBe('documents of 64 MB and more wait for the disk already');
    await started;
    fail();
    expect(await outcomes[3]).toBe('a commit failed: the disk burns');
  });

  it('makes nobody miss counters that a lost group has left out', async () => {
    const tell = (at: number) =>
      committer.update(user(at), START_MS, stepAt(START_MS, setPresence(BUSY)));
    await tell(1);
    const { cursor } = readFeed(database, '', 10);
    const { started, fail } = failNext();
    const lost = tell(2);
    await started;
    fail();
    await expect(lost).rejects.toThrow(StoreUnavailable);
    expect(feedBounds(database)).toEqual({ start: '', end: cursor });
    nowMs += 1000;
    await tell(3);
    await committer.trim(START_MS + 1, 1);
    const { start, end } = feedBounds(database);
    expect(start).toBe(cursor);
    expect(readFeed(database, start, 10)).toMatchObject({ entries: [user(3)], cursor: end });
    expect(end).toBe('0000000000000003');
  });

  it('never gives a counter of the feed twice', async () => {
    const tell = (at: number) =>
      committer.update(user(at), START_MS, stepAt(START_MS, setPresence(BUSY)));
    await tell(1);
    await tell(2);
    await committer.trim(START_MS + 1, 2);
    expect(readFeed(database, '', 10).entries).toEqual([]);
    expect(nextInFeed(database)).toBe(3);
    await tell(3);
    expect(readFeed(database, '', 10).cursor).toBe('0000000000000003');
    expect(nextInFeed(database)).toBe(4);
  });
});
