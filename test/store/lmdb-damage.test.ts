import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { beforeAll, describe, expect, it } from 'vitest';
import { NEVER_MS } from '../../src/engine/facts.ts';
import { BUSY, IN_A_CALL } from '../../src/engine/pair.ts';
import { checkFile } from '../../src/store/lmdb/check-file.ts';
import { SCHEMA } from '../../src/store/lmdb/meta.ts';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import {
  guid,
  randomGuid,
  START_MS,
  setPresence,
  setStatusMessage,
  stepAt,
  tell,
  user,
} from './commands.ts';
import { newFolder } from './folders.ts';
import { endOf, openInChild } from './lmdb-child.ts';

const FILE = 'porchlight.mdb';
const USERS = 2000;

/** A file with 2,000 users, to be damaged. */
let sound: string;
/** Bytes in one of its pages. */
let PAGE: number;

beforeAll(async () => {
  const folder = newFolder();
  const store = await openLmdbStore({ path: folder });
  const tenantId = guid(0x1001);
  const steps = Array.from({ length: USERS }, () =>
    store.update({ tenantId, userId: randomGuid() }, START_MS, stepAt(START_MS, setPresence(BUSY))),
  );
  await Promise.all(steps);
  await store.close();
  sound = join(folder, FILE);
  PAGE = readFileSync(sound).readUInt32LE(24 + 24);
});

function copy(damage: (file: string) => void, from = sound) {
  const folder = newFolder();
  const file = join(folder, FILE);
  copyFileSync(from, file);
  damage(file);
  return { folder, file };
}

function patch(file: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(file);
  change(bytes);
  writeFileSync(file, bytes);
}

/** Opens in a process of its own, so that a crash shows, and holds it to refusing without a change. */
async function expectRefused(damage: (file: string) => void, code: string, reason: RegExp) {
  const { folder, file } = copy(damage);
  const before = readFileSync(file);
  const child = await openInChild(folder, 'read');
  expect(child.said).toMatchObject({ opened: false, code });
  expect(child.said.message).toContain(file);
  expect(child.said.message).toMatch(reason);
  expect(await endOf(child)).toBe(0);
  expect(readFileSync(file).equals(before)).toBe(true);
}

/** A page number → its flags, of the sound file. */
function pageFlags(bytes: Buffer, page: number): number {
  return bytes.readUInt16LE(page * PAGE + 18);
}

/** How many pages the newer of the two metas counts; the file has room for more. */
function usedPages(file: string): number {
  const bytes = readFileSync(file);
  const last = [0, PAGE].map((page) => Number(bytes.readBigUInt64LE(page + 24 + 120)));
  return Math.max(...last) + 1;
}

function entriesOf(bytes: Buffer, page: number): number {
  return bytes.readUInt16LE(page * PAGE + 20) >> 1;
}

const REFUSED: [string, (file: string) => void, RegExp][] = [
  ['is empty', (file) => truncateSync(file, 0), /too short/],
  ['holds a few bytes', (file) => truncateSync(file, 100), /too short/],
  ['ends after its first page', (file) => truncateSync(file, PAGE), /too short/],
  ['ends after its meta pages', (file) => truncateSync(file, 2 * PAGE), /cut short/],
  ['ends halfway', (file) => truncateSync(file, usedPages(file) * (PAGE / 2)), /cut short/],
  ['ends within a page', (file) => truncateSync(file, 20 * PAGE + 99), /cut short/],
  ['is all zeros', (file) => patch(file, (bytes) => bytes.fill(0)), /not an LMDB file/],
  [
    'is text',
    (file) => writeFileSync(file, 'Lorem ipsum dolor sit amet\n'.repeat(1000)),
    /not an LMDB file/,
  ],
  [
    'is noise',
    (file) =>
      patch(file, (bytes) => {
        for (let at = 0; at < bytes.length; at++) bytes.writeUInt8((at * 7919) & 255, at);
      }),
    /not an LMDB file/,
  ],
  [
    'has lost its first meta page',
    (file) => patch(file, (bytes) => bytes.fill(0, 0, PAGE)),
    /not an LMDB file/,
  ],
  [
    'has lost its second meta page',
    (file) => patch(file, (bytes) => bytes.fill(0, PAGE, 2 * PAGE)),
    /second meta page/,
  ],
  [
    'has a meta page from long ago',
    (file) => patch(file, (bytes) => bytes.writeBigUInt64LE(2n ** 40n, 24 + 128)),
    /meta pages disagree/,
  ],
  [
    'was written by a later LMDB',
    (file) => patch(file, (bytes) => bytes.writeUInt32LE(3, 24 + 4)),
    /LMDB version is 3/,
  ],
  [
    'has lost all but its meta pages',
    (file) => patch(file, (bytes) => bytes.fill(0, 2 * PAGE)),
    /page \d+ is/,
  ],
  [
    'has lost its branch pages',
    (file) =>
      patch(file, (bytes) => {
        for (let page = 2; page < bytes.length / PAGE; page++) {
          if (pageFlags(bytes, page) === 1) bytes.fill(0xff, page * PAGE, (page + 1) * PAGE);
        }
      }),
    /page \d+ is/,
  ],
  [
    'has noise in all its values',
    (file) =>
      patch(file, (bytes) => {
        for (let page = 2; page < bytes.length / PAGE; page++) {
          if (pageFlags(bytes, page) !== 2 || entriesOf(bytes, page) < 10) continue;
          bytes.writeUInt8(bytes.readUInt8((page + 1) * PAGE - 9) ^ 0x55, (page + 1) * PAGE - 9);
        }
      }),
    /checksum|disagree/,
  ],
];

describe('a damaged file', () => {
  it.concurrent.each(REFUSED)('is refused and left alone when it %s', async (_, damage, reason) => {
    await expectRefused(damage, 'StoreDamaged', reason);
  });

  it('that is a database of another program is refused and left alone', async () => {
    const damage = (file: string) => {
      const other = join(newFolder(), 'other.mdb');
      const database = open({ path: other });
      database.openDB({ name: 'meta' }).putSync('format', 'something else');
      void database.close();
      copyFileSync(other, file);
    };
    await expectRefused(damage, 'StoreDamaged', /no store of Porchlight/);
  });

  it('that a later Porchlight wrote is refused as newer, and left alone', async () => {
    const damage = (file: string) =>
      patch(file, (bytes) => {
        const here = `"schema":${SCHEMA}`;
        const at = bytes.indexOf(here);
        expect(at).toBeGreaterThan(0);
        for (let from = at; from !== -1; from = bytes.indexOf(here, from)) {
          bytes.write('"schema":9', from);
        }
      });
    await expectRefused(damage, 'StoreNewer', /version 9/);
  });

  it('never gives a wrong record: the read that meets the damage fails', async () => {
    const tenantId = guid(0x1001);
    const userId = 'ffffffff-ffff-4fff-bfff-000000000001';
    const marker = 'a message to find in the file';
    const folder = newFolder();
    const store = await openLmdbStore({ path: folder });
    const command = { kind: 'setStatusMessage', appId: guid(1), content: marker } as const;
    const step = stepAt(START_MS, { ...command, expiresAtMs: NEVER_MS, expiry: null });
    await store.update({ tenantId, userId }, START_MS, step);
    await store.trimFeed(0, START_MS * 2, 10);
    // Users before and after it in the file, so that the look at some entries doesn't meet it.
    for (let at = 0; at < 40; at++) {
      await tell(store, { tenantId, userId: guid(at) }, START_MS, setPresence(BUSY));
      const after = `ffffffff-ffff-4fff-cfff-${String(at).padStart(12, '0')}`;
      await tell(store, { tenantId, userId: after }, START_MS, setPresence(BUSY));
    }
    await store.close();
    patch(join(folder, FILE), (bytes) => {
      for (let at = bytes.indexOf(marker); at !== -1; at = bytes.indexOf(marker, at)) {
        bytes.write('b', at);
      }
    });

    const reopened = await openLmdbStore({ path: folder });
    await expect(reopened.read(tenantId, [userId])).rejects.toMatchObject({ code: 'StoreDamaged' });
    await expect(reopened.update({ tenantId, userId }, START_MS, step)).rejects.toMatchObject({
      code: 'StoreDamaged',
    });
    expect(await reopened.read(tenantId, [guid(1)])).toEqual([expect.anything()]);
    await reopened.close();
  });

  it('is refused or harmless wherever it ends: what is free at its end may be missing', async () => {
    const folder = newFolder();
    const store = await openLmdbStore({ path: folder });
    for (let at = 0; at < 50; at++) await tell(store, user(at), START_MS, setPresence(BUSY));
    // Something large, at the end of the file, and gone again.
    await tell(store, user(1), START_MS, setStatusMessage('x'.repeat(100_000)));
    await tell(store, user(1), START_MS, setStatusMessage(''));
    await store.trimFeed(0, NEVER_MS, 100);
    for (let at = 0; at < 50; at++) await tell(store, user(at), START_MS, setPresence(IN_A_CALL));
    await store.close();

    const whole = join(folder, FILE);
    const lengths = Array.from({ length: usedPages(whole) }, (_, at) => at * PAGE);
    const harmless = lengths.filter((length) => {
      const { file } = copy((damaged) => truncateSync(damaged, length), whole);
      try {
        checkFile(file);
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: 'StoreDamaged' });
        return false;
      }
    });
    expect(harmless.length).toBeGreaterThan(0);
    const shortest = copy((damaged) => truncateSync(damaged, Math.min(...harmless)), whole);
    const child = await openInChild(shortest.folder, 'read');
    expect(child.said).toMatchObject({ opened: true, users: 50 });
    expect(await endOf(child)).toBe(0);
  });

  it('is not what a sound file is taken for', async () => {
    const { folder } = copy(() => {});
    const child = await openInChild(folder, 'read');
    expect(child.said).toMatchObject({ opened: true, users: USERS });
    expect(await endOf(child)).toBe(0);
  });

  it('is not what an empty folder is taken for, nor one with leftovers of a start cut short', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'new-a1b2c3'));
    writeFileSync(join(folder, 'new-a1b2c3', FILE), '');
    const store = await openLmdbStore({ path: folder });
    await tell(store, user(1), START_MS, setPresence(BUSY));
    await store.close();
  });
});
