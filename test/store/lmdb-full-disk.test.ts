import { execFileSync } from 'node:child_process';
import { rmdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PresenceCommand } from '../../src/engine/command.ts';
import { BUSY } from '../../src/engine/pair.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import {
  APP,
  MINUTE_MS,
  readOne,
  START_MS,
  setPresence,
  setStatusMessage,
  tell,
  user,
  wholeFeed,
} from './commands.ts';
import { newFolder } from './folders.ts';
import { openShared } from './lmdb-sharing.ts';

/** What surely finds no room on a disk that is almost full. */
const HUGE = setStatusMessage('x'.repeat(2_000_000));
const clearOther: PresenceCommand = { kind: 'clearPresence', appId: APP, sessionId: 'another' };

const GROUP = 100;

/** A disk of its own; needs the right to mount one, and fails without it. */
function mountDisk(options: string, folder: string): void {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    throw new Error('this test mounts a small disk to fill it: run it as root', { cause: error });
  }
}

type Open = (path: string, monotonicMs: () => number) => Promise<PresenceStore>;
const openAlone: Open = (path, monotonicMs) => openLmdbStore({ path, monotonicMs });

describe.each([
  ['lmdb', openAlone],
  ['shared lmdb', openShared],
])('on a full disk, the %s store', (_, openAt) => {
  let disk: string;
  let store: PresenceStore;
  let nowMs: number;
  const open = () => openAt(disk, () => nowMs);

  beforeEach(async () => {
    disk = newFolder();
    nowMs = 0;
    mountDisk('size=6M', disk);
    store = await open();
  });
  afterEach(async () => {
    await store.close();
    execFileSync('umount', [disk]);
    rmdirSync(disk);
  });

  /** Writes new users, some at a time, until the disk is full; how many were kept. */
  async function fill(): Promise<number> {
    for (let kept = 0; ; ) {
      const group = Array.from({ length: GROUP }, (_, at) =>
        tell(store, user(kept + at), START_MS, setStatusMessage(`${kept + at} ${'x'.repeat(500)}`)),
      );
      const results = await Promise.allSettled(group);
      const failed = results.filter(({ status }) => status === 'rejected');
      if (failed.length === 0) kept += group.length;
      else {
        // A group is kept whole or not at all.
        expect(failed).toHaveLength(group.length);
        for (const result of failed) {
          expect(result).toMatchObject({ reason: expect.any(StoreUnavailable) });
        }
        return kept;
      }
    }
  }

  it('keeps what was kept, refuses what is not, and writes again when there is room', async () => {
    const kept = await fill();
    expect(kept).toBeGreaterThan(100);
    expect(store.health()).toMatchObject({
      writable: false,
      reason: expect.stringContaining('no space'),
    });

    // Everything answered is there, nothing of the rest.
    const ids = Array.from({ length: kept + GROUP }, (_, at) => user(at).userId);
    const check = async () => {
      const records = await store.read(user(0).tenantId, ids);
      expect(records.map((record) => record?.facts.statusMessage?.content.split(' ')[0])).toEqual(
        ids.map((_, at) => (at < kept ? `${at}` : undefined)),
      );
      const feed = await wholeFeed(store);
      expect(feed.map(({ userId }) => userId)).toEqual(ids.slice(0, kept));
    };
    await check();
    await store.close();
    store = await open();
    await check();

    execFileSync('mount', ['-o', 'remount,size=32M', disk]);
    await tell(store, user(kept), START_MS, setPresence(BUSY));
    expect(store.health()).toEqual({ writable: true });
    expect((await readOne(store, user(kept)))?.presence.availability).toBe('Busy');
    expect(await wholeFeed(store)).toHaveLength(kept + 1);
    expect(await store.nextDueMs(0)).toBe(START_MS + 60 * MINUTE_MS);
  });

  it('keeps documents whole or not at all, also large ones', async () => {
    const text = (at: number) => `${at} ${'x'.repeat(200_000)}`;
    const write = (at: number, length: number) =>
      store.documents.write([
        { collection: 'large', id: 'same', text: text(at) },
        { collection: 'large', id: `${at}`.padStart(5, '0'), text: text(at).slice(0, length) },
      ]);
    let kept = 0;
    for (; ; kept++) {
      try {
        await write(kept, kept % 2 === 0 ? 200_000 : 100);
      } catch (error) {
        expect(error).toBeInstanceOf(StoreUnavailable);
        break;
      }
    }
    expect(kept).toBeGreaterThan(5);
    const check = async () => {
      const found = await store.documents.all('large');
      expect(found.size).toBe(kept + 1);
      expect(found.get('same')).toBe(text(kept - 1));
    };
    await check();
    await store.close();
    store = await open();
    await check();
    execFileSync('mount', ['-o', 'remount,size=32M', disk]);
    await write(kept, 200_000);
    kept++;
    await check();
  });

  it('lets one write a second find out, and refuses the others at once', async () => {
    const kept = await fill();
    const write = () => tell(store, user(kept), START_MS, HUGE);
    for (let at = 0; at < 10; at++) {
      await expect(write()).rejects.toMatchObject({ code: 'StoreUnavailable', retryAfterMs: 1000 });
    }
    nowMs += 400;
    await expect(write()).rejects.toMatchObject({ retryAfterMs: 600 });

    nowMs += 600;
    const results = await Promise.allSettled([write(), write(), write()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);

    execFileSync('mount', ['-o', 'remount,size=32M', disk]);
    await expect(write()).rejects.toThrow(StoreUnavailable);
    nowMs += 1000;
    await write();
    await Promise.all([write(), write()]);
    expect(store.health()).toEqual({ writable: true });
  });

  it('answers what keeps nothing, as long as it builds on nothing that is lost', async () => {
    const who = user(100_000);
    await tell(store, who, START_MS, setPresence(BUSY));
    await fill();
    nowMs += 1000;
    const results = await Promise.allSettled([
      tell(store, who, START_MS + 1, HUGE),
      tell(store, who, START_MS + 2),
      tell(store, who, START_MS + 2, clearOther),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    // Built on what is kept, the last two are answered although nothing can be written.
    expect((await tell(store, who, START_MS + 2)).changes).toEqual([]);
    expect((await tell(store, who, START_MS + 2, clearOther)).refusal).toBeDefined();
    expect((await readOne(store, who))?.facts.statusMessage).toBeNull();
  });
});
