import { describe, expect, it } from 'vitest';
import { NEVER_MS } from '../../src/engine/facts.ts';
import { BUSY } from '../../src/engine/pair.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import {
  MINUTE_MS,
  START_MS,
  setPresence,
  setStatusMessage,
  tell,
  user,
  wholeFeed,
} from './commands.ts';
import { storeContract } from './contract.ts';
import { storeModel } from './model.ts';
import { partitionContract } from './partition-contract.ts';

storeContract('memory', async () => openMemoryStore());
partitionContract('memory', async () => openMemoryStore({ partitions: 8 }));
storeModel('memory', async () => openMemoryStore());

describe('a snapshot of a memory', () => {
  const users = Array.from({ length: 30 }, (_, at) => user(at));

  /** All that can be seen of a store. */
  async function look(store: PresenceStore): Promise<object> {
    const ids = users.map(({ userId }) => userId);
    return {
      records: await store.read(user(0).tenantId, ids),
      feed: await wholeFeed(store),
      bounds: await store.feedBounds(0),
      due: await store.due(0, NEVER_MS, 100),
      next: await store.nextDueMs(0),
      documents: [await store.documents.all('things'), await store.documents.all('others')],
    };
  }

  /** Each time another change of everything. */
  async function goOn(store: PresenceStore, round: number): Promise<void> {
    for (const [at, each] of users.entries()) {
      const minutes = ((at * 7 + round * 11) % 50) + 1;
      await tell(store, each, START_MS + round, setPresence(BUSY, minutes * MINUTE_MS));
      await tell(store, each, START_MS + round, setStatusMessage(`round ${round}`));
    }
    await store.documents.write([
      { collection: 'things', id: `${round}`, text: `of round ${round}` },
      { collection: round % 2 === 0 ? 'things' : 'others', id: 'last', text: `${round}` },
      { collection: 'things', id: `${round - 1}`, text: undefined },
    ]);
    await store.trimFeed(0, START_MS + round, 20);
  }

  it('opens as what there was, each time, whatever became of the others', async () => {
    const store = openMemoryStore();
    await goOn(store, 1);
    await goOn(store, 2);
    const then = await look(store);
    const from = store.snapshot();
    const copy = openMemoryStore({ from });
    expect(await look(copy)).toEqual(then);
    await goOn(store, 3);
    expect(await look(copy)).toEqual(then);
    await goOn(copy, 4);
    expect(await look(store)).not.toEqual(await look(copy));
    expect(await look(openMemoryStore({ from }))).toEqual(then);

    // It goes on as the one that it was taken of.
    const again = openMemoryStore({ from });
    await goOn(again, 3);
    expect(await look(again)).toEqual(await look(store));
  });

  it('can be taken of a closed one', async () => {
    const store = openMemoryStore();
    await goOn(store, 1);
    const then = await look(store);
    await store.close();
    expect(await look(openMemoryStore({ from: store.snapshot() }))).toEqual(then);
  });
});
