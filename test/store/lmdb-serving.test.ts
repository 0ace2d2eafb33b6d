import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUSY } from '../../src/engine/pair.ts';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { readOne, START_MS, setPresence, tell, user } from './commands.ts';
import { newFolder } from './folders.ts';
import { type Child, endOf, kill, letGo, openInChild } from './lmdb-child.ts';

function sockets(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.sock'));
}

describe('serving a data folder', () => {
  it('is refused to a second process, which is told who serves it', async () => {
    const folder = newFolder();
    const store = await openLmdbStore({ path: folder });
    const second = await openInChild(folder, 'serve');
    expect(second.said).toMatchObject({ opened: false, code: 'StoreInUse' });
    expect(second.said.message).toContain(folder);
    expect(second.said.message).toContain(`process ${process.pid} on `);
    expect(await endOf(second)).toBe(0);
    // The first goes on as if nothing had happened.
    await tell(store, user(1), START_MS, setPresence(BUSY));
    await store.close();
    expect(sockets(folder)).toEqual([]);
  });

  it('is refused to a second store in the same process', async () => {
    const folder = newFolder();
    const store = await openLmdbStore({ path: folder });
    await expect(openLmdbStore({ path: folder })).rejects.toMatchObject({ code: 'StoreInUse' });
    await tell(store, user(1), START_MS, setPresence(BUSY));
    expect((await readOne(store, user(1)))?.presence.availability).toBe('Busy');
    await store.close();
  });

  it('is free again once the store is closed', async () => {
    const folder = newFolder();
    const first = await openInChild(folder, 'serve');
    expect(first.said.opened).toBe(true);
    await letGo(first);
    const store = await openLmdbStore({ path: folder });
    await store.close();
  });

  it('is free at once when its holder was killed', async () => {
    const folder = newFolder();
    const holder = await openInChild(folder, 'serve');
    expect(holder.said.opened).toBe(true);
    await kill(holder);
    expect(sockets(folder)).toHaveLength(1);
    const store = await openLmdbStore({ path: folder });
    // Its socket went with it; ours is there.
    expect(sockets(folder)).toHaveLength(1);
    await store.close();
    expect(sockets(folder)).toEqual([]);
  });

  it('goes to exactly one of those who try at once', async () => {
    const folder = newFolder();
    for (let round = 0; round < 2; round++) {
      const racers = await Promise.all([1, 2, 3].map(() => openInChild(folder, 'serve')));
      const winners = racers.filter(({ said }) => said.opened);
      const losers = racers.filter(({ said }) => !said.opened);
      expect(winners).toHaveLength(1);
      expect(losers.map(({ said }) => said.code)).toEqual(['StoreInUse', 'StoreInUse']);
      // The second round begins with a holder that was killed.
      await Promise.all(winners.map((winner: Child) => kill(winner)));
    }
  });

  it('works in a folder whose path is too long for a socket', async () => {
    const folder = join(newFolder(), 'a-very-long-name'.repeat(12));
    const store = await openLmdbStore({ path: folder });
    const second = await openInChild(folder, 'serve');
    expect(second.said.code).toBe('StoreInUse');
    await store.close();
    expect(sockets(folder)).toEqual([]);
  });

  it('keeps every update that was answered, when its holder is killed while writing', async () => {
    const folder = newFolder();
    let kept = -1;
    let enough: () => void = () => {};
    const written = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const writer = await openInChild(folder, 'write', (said) => {
      kept = said.kept ?? kept;
      if (kept >= 50) enough();
    });
    await written;
    await kill(writer);
    const store = await openLmdbStore({ path: folder });
    const content = (await readOne(store, user(1)))?.presence.statusMessage?.content;
    expect(Number(content)).toBeGreaterThanOrEqual(kept);
    await store.close();
  });
});
