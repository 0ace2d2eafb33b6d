import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { edit } from './document-contract.ts';
import { newFolder } from './folders.ts';
import { kill, openInChild, type Said } from './lmdb-child.ts';

const FILE = 'porchlight.mdb';

/** Changes a byte of each place where the file has the text. */
function spoil(folder: string, marker: string): void {
  const file = join(folder, FILE);
  const bytes = readFileSync(file);
  expect(bytes.indexOf(marker)).toBeGreaterThan(0);
  for (let at = bytes.indexOf(marker); at !== -1; at = bytes.indexOf(marker, at)) {
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  }
  writeFileSync(file, bytes);
}

describe('documents on the disk', () => {
  it('are there again when the store is opened again', async () => {
    const path = newFolder();
    const store = await openLmdbStore({ path });
    await store.documents.write([
      edit('large', 'é🏮'.repeat(100_000)),
      edit('empty', ''),
      edit('1', 'of others', 'others'),
      edit('gone', 'x'.repeat(400_000)),
    ]);
    await store.documents.write([edit('gone', undefined)]);
    const before = await store.documents.all('things');
    expect([...before.keys()]).toEqual(['empty', 'large']);
    await store.close();
    const reopened = await openLmdbStore({ path });
    expect(await reopened.documents.all('things')).toEqual(before);
    expect([...(await reopened.documents.all('others'))]).toEqual([['1', 'of others']]);
    await reopened.close();
  });

  it('take no more and more room when large ones are replaced again and again', async () => {
    const path = newFolder();
    const store = await openLmdbStore({ path });
    for (let at = 0; at < 200; at++) {
      const text = `${at}`.padEnd(100_000 + ((at * 7919) % 300_000), 'x');
      await store.documents.write([edit(`${at % 3}`, text)]);
    }
    expect(statSync(join(path, FILE)).size).toBeLessThan(12_000_000);
    await store.close();
  });

  it('that are damaged are never given out: the read that meets the damage fails', async () => {
    const path = newFolder();
    const store = await openLmdbStore({ path });
    const marker = 'a text to find in the file';
    // Others before and after it, so that the look at some entries doesn't meet it.
    for (let at = 0; at < 40; at++) {
      await store.documents.write([edit(`${at}`, 'before', 'a'), edit(`${at}`, 'after', 'z')]);
    }
    await store.documents.write([edit('1', `${'x'.repeat(10_000)}${marker}`)]);
    await store.close();
    spoil(path, marker);
    const reopened = await openLmdbStore({ path });
    await expect(reopened.documents.all('things')).rejects.toMatchObject({
      code: 'StoreDamaged',
      message: expect.stringContaining('document 1 of things'),
    });
    expect((await reopened.documents.all('a')).size).toBe(40);
    await reopened.close();
  });

  it('that are damaged and few keep the store from being opened', async () => {
    const path = newFolder();
    const store = await openLmdbStore({ path });
    await store.documents.write([edit('1', `${'x'.repeat(200_000)}marker${'x'.repeat(200_000)}`)]);
    await store.close();
    spoil(path, 'marker');
    await expect(openLmdbStore({ path })).rejects.toMatchObject({
      name: 'StoreUnusable',
      code: 'StoreDamaged',
    });
  });

  it('survive a kill once their write was answered, and no write survives by half', async () => {
    const path = newFolder();
    for (let round = 1; round <= 5; round++) {
      const kept = new Map<string, number>();
      let count = 0;
      let enough: () => void = () => {};
      const written = new Promise<void>((resolve) => {
        enough = resolve;
      });
      const onSaid = (said: Said) => {
        if (said.collection === undefined) return;
        kept.set(said.collection, said.kept ?? 0);
        if (++count >= 7 * round) enough();
      };
      const child = await openInChild(path, 'documents', onSaid);
      await written;
      await kill(child);

      const store = await openLmdbStore({ path });
      for (const collection of ['a', 'b', 'c']) {
        const found = await store.documents.all(collection);
        const left = found.get('left') ?? '0 ';
        const last = Number(left.split(' ')[0]);
        expect(last).toBeGreaterThanOrEqual(kept.get(collection) ?? 0);
        if (found.size === 0) continue;
        expect([...found.keys()]).toEqual(['left', `new-${last}`, 'right']);
        expect(found.get('right') === left).toBe(true);
      }
      await store.close();
    }
  });
});
