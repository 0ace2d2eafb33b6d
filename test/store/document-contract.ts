import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../src/store/errors.ts';
import type { DocumentEdit, PresenceStore } from '../../src/store/store.ts';
import { START_MS, setPresence, tell, user } from './commands.ts';

/** An edit that keeps the text, or forgets the document. */
export function edit(id: string, text: string | undefined, collection = 'things'): DocumentEdit {
  return { collection, id, text };
}

/** Every character that names may have. */
const PRINTABLE = Array.from({ length: 95 }, (_, at) => String.fromCharCode(0x20 + at));

/** What every store does with documents. `open` gives a new, empty one. */
export function documentContract(name: string, open: () => Promise<PresenceStore>): void {
  describe(`documents of the ${name} store`, () => {
    let store: PresenceStore;

    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const all = async (collection = 'things') => [...(await store.documents.all(collection))];

    it('are none in a new store', async () => {
      expect(await store.documents.all('things')).toEqual(new Map());
    });

    it('are given back as they were written, in the order of ids', async () => {
      await store.documents.write([edit('b', 'second'), edit('a', ''), edit('ab', '{"é":"🏮"}')]);
      expect(await all()).toEqual([
        ['a', ''],
        ['ab', '{"é":"🏮"}'],
        ['b', 'second'],
      ]);
    });

    it('may be large', async () => {
      const texts = ['x', 'é', '🏮'].map((character) => character.repeat(200_000));
      await store.documents.write(texts.map((text, at) => edit(`${at}`, text)));
      expect((await all()).map(([, text]) => text)).toEqual(texts);
    });

    it('are replaced and forgotten, and forgetting what is not there is nothing', async () => {
      await store.documents.write([edit('a', '1'), edit('b', '1'), edit('c', '1')]);
      await store.documents.write([edit('a', '2'), edit('b', undefined), edit('z', undefined)]);
      expect(await all()).toEqual([
        ['a', '2'],
        ['c', '1'],
      ]);
      await store.documents.write([]);
      await store.documents.write([edit('a', undefined), edit('c', undefined)]);
      expect(await all()).toEqual([]);
    });

    it('are what the last edit of one write says', async () => {
      await store.documents.write([
        edit('a', '1'),
        edit('b', undefined),
        edit('a', undefined),
        edit('b', '1'),
        edit('b', '2'),
      ]);
      expect(await all()).toEqual([['b', '2']]);
    });

    it('are what the last of many writes at once says, also when they come at different times', async () => {
      const writes: Promise<void>[] = [];
      for (let round = 0; round < 20; round++) {
        for (let at = 0; at < 10; at++) {
          const isLeftOut = (round + at) % 3 === 0;
          writes.push(
            store.documents.write([
              edit('a', isLeftOut ? undefined : `${round} ${at}`),
              edit('b', `${round} ${at}`),
            ]),
          );
        }
        // Some rounds begin while the one before is on its way to the disk.
        if (round % 3 === 0) await writes.at(-1);
        if (round % 3 === 1) await new Promise(setImmediate);
        const [last] = (await all()).filter(([id]) => id === 'b');
        if (round % 3 === 0) expect(last).toEqual(['b', `${round} 9`]);
      }
      await Promise.all(writes);
      expect(await all()).toEqual([
        ['a', '19 9'],
        ['b', '19 9'],
      ]);
    });

    it('of two collections are apart, also when one is named like the beginning of the other', async () => {
      await store.documents.write([
        edit('1', 'of a', 'a'),
        edit('1', 'of ab', 'ab'),
        edit('b1', 'of a too', 'a'),
        edit('1', 'of a b', 'a b'),
      ]);
      expect(await all('a')).toEqual([
        ['1', 'of a'],
        ['b1', 'of a too'],
      ]);
      expect(await all('ab')).toEqual([['1', 'of ab']]);
      expect(await all('a b')).toEqual([['1', 'of a b']]);
      await store.documents.write([edit('1', undefined, 'a')]);
      expect(await all('ab')).toEqual([['1', 'of ab']]);
    });

    it('go by any printable ASCII, up to 200 characters', async () => {
      const longest = 'n'.repeat(200);
      const ids = [...PRINTABLE, longest];
      await store.documents.write(ids.map((id) => edit(id, `<${id}>`, longest)));
      await store.documents.write(PRINTABLE.map((collection) => edit('1', collection, collection)));
      expect(await all(longest)).toEqual(ids.toSorted().map((id) => [id, `<${id}>`]));
      for (const collection of PRINTABLE)
        expect(await all(collection)).toEqual([['1', collection]]);
    });

    it('are not taken under any other name, nor what comes with one that is not', async () => {
      for (const name of ['', 'n'.repeat(201), 'a\0b', 'a\n', 'ä', '\x7f', '🏮']) {
        await expect(store.documents.all(name)).rejects.toThrow(TypeError);
        for (const bad of [edit(name, 'text'), edit('1', 'text', name), edit(name, undefined)]) {
          await expect(store.documents.write([edit('good', '1'), bad])).rejects.toThrow(
            'must be 1 to 200 printable ASCII characters',
          );
        }
      }
      expect(await all()).toEqual([]);
    });

    it('are not taken with half a surrogate pair, which would come back as something else', async () => {
      for (const text of ['\ud83c', 'a\udfeeb', '🏮\ud83c']) {
        const write = store.documents.write([edit('good', '1'), edit('bad', text)]);
        await expect(write).rejects.toThrow(TypeError);
      }
      expect(await all()).toEqual([]);
    });

    it('are what they were at the call, whatever becomes of what was handed in or out', async () => {
      const edits = [edit('a', '1')];
      const write = store.documents.write(edits);
      edits.push(edit('b', '1'));
      await write;
      const first = await store.documents.all('things');
      await store.documents.write([edit('a', '2'), edit('c', '2')]);
      expect([...first]).toEqual([['a', '1']]);
    });

    it('are kept beside presence, and make no entry in the feed and no hint', async () => {
      let hints = 0;
      store.onChanges(() => hints++);
      await store.documents.write([edit('a', '1')]);
      await new Promise(setImmediate);
      expect(hints).toBe(0);
      const { end } = await store.feedBounds(0);
      await Promise.all([
        tell(store, user(1), START_MS, setPresence()),
        store.documents.write([edit('b', '1')]),
      ]);
      expect((await store.feed(0, end, 10)).entries).toHaveLength(1);
      expect(await all()).toHaveLength(2);
    });

    it('are waited for by the end, and can be had no more after it', async () => {
      let written = false;
      const write = store.documents.write([edit('a', '1')]).then(() => {
        written = true;
      });
      await store.close();
      expect(written).toBe(true);
      await write;
      await expect(store.documents.all('things')).rejects.toThrow(StoreUnavailable);
      await expect(store.documents.write([edit('a', '2')])).rejects.toThrow(StoreUnavailable);
      await expect(store.documents.write([])).rejects.toThrow(StoreUnavailable);
    });
  });
}
