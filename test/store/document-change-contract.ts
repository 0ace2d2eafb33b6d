import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DocumentsChanged } from '../../src/store/errors.ts';
import type { DocumentChanges, DocumentStore, PresenceStore } from '../../src/store/store.ts';
import { edit } from './document-contract.ts';

/** What every store tells of changes of documents, and how it keeps writers from each other's. */
export function documentChangeContract(name: string, open: () => Promise<PresenceStore>): void {
  describe(`changes of documents of the ${name} store`, () => {
    let store: PresenceStore;
    let documents: DocumentStore;

    beforeEach(async () => {
      store = await open();
      ({ documents } = store);
    });
    afterEach(() => store.close());

    const told = ({ documents: found }: DocumentChanges) => Object.fromEntries(found);

    it('begin with all there are', async () => {
      await documents.write([edit('a', '1'), edit('b', '1'), edit('c', 'of others', 'others')]);
      const begin = await documents.since('things');
      expect(begin.isWhole).toBe(true);
      expect(told(begin)).toEqual({ a: '1', b: '1' });
    });

    it('go on with those written since, as they are now, and those forgotten', async () => {
      await documents.write([edit('a', '1'), edit('b', '1'), edit('c', '1')]);
      const { revision } = await documents.since('things');
      await documents.write([edit('a', '2'), edit('b', undefined)]);
      await documents.write([edit('a', '3'), edit('d', '1')]);
      await documents.write([edit('a', 'of others', 'others')]);
      const next = await documents.since('things', revision);
      expect(next.isWhole).toBe(false);
      expect(told(next)).toEqual({ a: '3', b: undefined, d: '1' });
    });

    it('are none when nothing was written since', async () => {
      await documents.write([edit('a', '1')]);
      const { revision } = await documents.since('things');
      const next = await documents.since('things', revision);
      expect(next.isWhole).toBe(false);
      expect(told(next)).toEqual({});
      expect(told(await documents.since('things', next.revision))).toEqual({});
    });

    it('are told whole to whoever comes with a revision that is not known', async () => {
      await documents.write([edit('a', '1')]);
      const begin = await documents.since('things', 'never given');
      expect(begin.isWhole).toBe(true);
      expect(told(begin)).toEqual({ a: '1' });
    });

    it('miss no write, whenever they are asked for', async () => {
      const known = new Map<string, string | undefined>();
      let revision: string | undefined;
      const look = async () => {
        const next = await documents.since('things', revision);
        if (next.isWhole) known.clear();
        for (const [id, text] of next.documents) known.set(id, text);
        revision = next.revision;
      };
      const writes: Promise<void>[] = [];
      for (let at = 0; at < 60; at++) {
        const id = `${at % 7}`;
        writes.push(documents.write([edit(id, at % 5 === 0 ? undefined : `${at}`)]));
        if (at % 4 === 0) await look();
        if (at % 9 === 0) await writes.at(-1);
      }
      await Promise.all(writes);
      await look();
      const left = [...known].filter(([, text]) => text !== undefined).toSorted();
      expect(left).toEqual([...(await documents.all('things'))]);
    });

    it('are hinted at, until the listener is taken off', async () => {
      let hints = 0;
      let told = () => {};
      const off = documents.onWritten(() => {
        hints++;
        told();
      });
      const heard = new Promise<void>((resolve) => {
        told = resolve;
      });
      await documents.write([edit('a', '1')]);
      await heard;
      off();
      const before = hints;
      await documents.write([edit('a', '2')]);
      await new Promise(setImmediate);
      expect(hints).toBe(before);
    });

    it('are made only where it is as the edit says', async () => {
      await documents.write([edit('a', '1')]);
      const stale = { ...edit('a', '3'), was: '2' };
      await expect(documents.write([edit('b', '1'), stale])).rejects.toThrow(DocumentsChanged);
      await expect(documents.write([{ ...edit('a', '3'), was: null }])).rejects.toThrow(
        'document a of things has changed meanwhile',
      );
      expect([...(await documents.all('things'))]).toEqual([['a', '1']]);
      await documents.write([
        { ...edit('a', '2'), was: '1' },
        { ...edit('b', '1'), was: null },
        { ...edit('c', undefined), was: null },
      ]);
      await documents.write([{ ...edit('b', undefined), was: '1' }]);
      expect([...(await documents.all('things'))]).toEqual([['a', '2']]);
    });

    it('are made by one of those who come at once', async () => {
      await documents.write([edit('a', '0')]);
      const writes = ['1', '2', '3'].map((text) =>
        documents.write([{ ...edit('a', text), was: '0' }]),
      );
      const results = await Promise.allSettled(writes);
      const kept = results.filter(({ status }) => status === 'fulfilled');
      expect(kept).toHaveLength(1);
      const at = results.findIndex(({ status }) => status === 'fulfilled');
      expect([...(await documents.all('things'))]).toEqual([['a', `${at + 1}`]]);
    });

    it('tell empty text from no document', async () => {
      await documents.write([{ ...edit('a', ''), was: null }]);
      await expect(documents.write([{ ...edit('a', '1'), was: null }])).rejects.toThrow(
        DocumentsChanged,
      );
      await documents.write([{ ...edit('a', '1'), was: '' }]);
      expect([...(await documents.all('things'))]).toEqual([['a', '1']]);
    });
  });
}
