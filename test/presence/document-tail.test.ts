import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { createDocumentTail, type DocumentTail } from '../../src/presence/document-tail.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { createMemory, openMemoryStore } from '../../src/store/memory.ts';
import type { DocumentStore, PresenceStore } from '../../src/store/store.ts';
import { START_MS } from '../store/commands.ts';
import { edit } from '../store/document-contract.ts';
import { newFolder } from '../store/folders.ts';

const running: DocumentTail[] = [];
const opened: PresenceStore[] = [];
afterEach(async () => {
  for (const tail of running.splice(0)) await tail.stop();
  for (const store of opened.splice(0)) await store.close();
});

/** A tail of `things` on a clock that stands still, and what it told: `a=1`, `-a`. */
function follow(documents: DocumentStore, listener: (what: string) => void = () => {}) {
  const clock = new ManualClock(START_MS);
  const told: string[] = [];
  const errors: unknown[] = [];
  const tell = (what: string) => {
    told.push(what);
    listener(what);
  };
  const tail = createDocumentTail({
    documents,
    collection: 'things',
    steadyClock: clock,
    onPut: (id, text) => tell(`${id}=${text}`),
    onRemoved: (id) => tell(`-${id}`),
    onError: (error) => errors.push(error),
  });
  running.push(tail);
  return { clock, tail, told, errors };
}

function openMemory(): DocumentStore {
  return openMemoryStore().documents;
}

describe.each([
  ['memory', async () => openMemoryStore()],
  ['lmdb', () => openLmdbStore({ path: newFolder() })],
])('the tail of documents of the %s store', (_, open) => {
  test('tells all there are, and each that is written, changed or forgotten', async () => {
    const store = await open();
    opened.push(store);
    const { documents } = store;
    await documents.write([edit('b', '1'), edit('a', '1'), edit('c', 'of others', 'others')]);
    const { tail, told, errors } = follow(documents);
    await tail.settled();
    expect(told.splice(0)).toEqual(['a=1', 'b=1']);
    await documents.write([edit('a', '2'), edit('d', '')]);
    await documents.write([edit('b', undefined), edit('never', undefined)]);
    await tail.settled();
    expect(told.splice(0)).toEqual(['a=2', 'd=', '-b']);
    await documents.write([edit('a', '2'), edit('c', '1', 'others')]);
    await tail.settled();
    expect(told).toEqual([]);
    expect(errors).toEqual([]);
  });
});

describe('following documents', () => {
  test('tells what another server wrote, by a hint, without anybody asking', async () => {
    const memory = createMemory();
    const told = new Promise<string>((resolve) => follow(memory.open().documents, resolve));
    await memory.open().documents.write([edit('a', '1')]);
    expect(await told).toBe('a=1');
  });

  test('tells a second later at most when a hint is lost, and again and again', async () => {
    const documents = openMemory();
    let next = (_: string) => {};
    const deaf = { ...documents, onWritten: () => () => {} };
    const { clock, tail, told } = follow(deaf, (what) => next(what));
    await tail.settled();
    for (const text of ['1', '2', '3']) {
      const heard = new Promise<string>((resolve) => {
        next = resolve;
      });
      await documents.write([edit('a', text)]);
      clock.advance(999);
      await new Promise(setImmediate);
      expect(told.at(-1)).not.toBe(`a=${text}`);
      clock.advance(1);
      expect(await heard).toBe(`a=${text}`);
    }
  });

  test('is settled with all that was written before, also while it is reading', async () => {
    const documents = openMemory();
    const { tail, told } = follow(documents);
    const waits: Promise<void>[] = [];
    for (let at = 0; at < 20; at++) {
      await documents.write([edit('a', `${at}`)]);
      const nothingOlder = () => expect(Number(told.at(-1)?.slice(2))).toBeGreaterThanOrEqual(at);
      waits.push(tail.settled().then(nothingOlder));
    }
    await Promise.all(waits);
  });

  test('is not settled by a look that began before', async () => {
    const documents = openMemory();
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { tail, told } = follow({
      ...documents,
      async since(...where) {
        const changes = await documents.since(...where);
        await asked;
        return changes;
      },
    });
    await documents.write([edit('a', '1')]);
    const settled = tail.settled();
    answer();
    await settled;
    expect(told).toEqual(['a=1']);
  });

  test('tells what is gone when the store no longer knows what became of each', async () => {
    const documents = openMemory();
    await documents.write([edit('a', '1'), edit('b', '1'), edit('c', '1')]);
    // It forgets all revisions it gave.
    const { tail, told } = follow({
      ...documents,
      since: (collection) => documents.since(collection),
    });
    await tail.settled();
    told.length = 0;
    await documents.write([edit('b', undefined), edit('c', '2'), edit('d', '1')]);
    await tail.settled();
    expect(told.splice(0)).toEqual(['-b', 'c=2', 'd=1']);
    await tail.settled();
    expect(told).toEqual([]);
  });

  test('leaves a store that fails alone for a second, and misses nothing', async () => {
    const documents = openMemory();
    let failing = true;
    let looks = 0;
    const { clock, tail, told, errors } = follow({
      ...documents,
      async since(...where) {
        looks++;
        if (failing) throw new StoreUnavailable('away', 1000);
        return documents.since(...where);
      },
    });
    for (const text of ['1', '2', '3']) {
      await documents.write([edit('a', text)]);
      await new Promise(setImmediate);
    }
    expect(looks).toBe(1);
    clock.advance(1000);
    await new Promise(setImmediate);
    expect(looks).toBe(2);
    expect(errors).toEqual([expect.any(StoreUnavailable), expect.any(StoreUnavailable)]);
    failing = false;
    clock.advance(1000);
    await tail.settled();
    expect(told).toEqual(['a=3']);
    expect(errors).toHaveLength(2);
  });

  test('looks for whoever has to know even then, and tells them the failure, reporting it once a second', async () => {
    const documents = openMemory();
    let failing = true;
    const { tail, told, errors } = follow({
      ...documents,
      async since(...where) {
        if (failing) throw new StoreUnavailable('away', 1000);
        return documents.since(...where);
      },
    });
    await documents.write([edit('a', '1')]);
    await expect(tail.settled()).rejects.toThrow(StoreUnavailable);
    await expect(tail.settled()).rejects.toThrow(StoreUnavailable);
    expect(errors).toHaveLength(1);
    failing = false;
    await tail.settled();
    expect(told).toEqual(['a=1']);
  });

  test('tells the rest when a listener throws, and reports it', async () => {
    const documents = openMemory();
    await documents.write([edit('a', '1'), edit('b', '1')]);
    const fault = new Error('a fault in the listener');
    const { tail, told, errors } = follow(documents, (what) => {
      if (what.includes('a')) throw fault;
    });
    await tail.settled();
    await documents.write([edit('a', undefined), edit('b', '2')]);
    await tail.settled();
    expect(told).toEqual(['a=1', 'b=1', '-a', 'b=2']);
    expect(errors).toEqual([fault, fault]);
  });

  test('that is stopped tells no more, looks no more, and settles for nobody', async () => {
    const documents = openMemory();
    await documents.write([edit('a', '1'), edit('b', '1')]);
    let looks = 0;
    const counting: DocumentStore = {
      ...documents,
      since(...where) {
        looks++;
        return documents.since(...where);
      },
    };
    const { clock, tail, told, errors } = follow(counting, () => void tail.stop());
    await expect(tail.settled()).rejects.toThrow('nobody looks any more');
    expect(told).toEqual(['a=1']);
    await documents.write([edit('c', '1')]);
    clock.advance(5000);
    await new Promise(setImmediate);
    await expect(tail.settled()).rejects.toThrow('nobody looks any more');
    expect(looks).toBe(1);
    expect(told).toEqual(['a=1']);
    expect(errors).toEqual([]);
  });

  test('that is stopped waits for a look under way, and tells nothing of it', async () => {
    const documents = openMemory();
    await documents.write([edit('a', '1')]);
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { tail, told } = follow({
      ...documents,
      async since(...where) {
        await asked;
        return documents.since(...where);
      },
    });
    let isStopped = false;
    const stop = tail.stop().then(() => {
      isStopped = true;
    });
    await new Promise(setImmediate);
    expect(isStopped).toBe(false);
    answer();
    await stop;
    expect(told).toEqual([]);
  });
});

test('whoever writes whatever and whatever the store forgets, what was told is what is there', async () => {
  const step = fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    text: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
    settles: fc.boolean(),
    forgets: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const documents = openMemory();
      let forgets = false;
      const known = new Map<string, string>();
      const listener = (what: string) => {
        const [id = '', text] = what.split('=');
        if (text !== undefined) {
          expect(known.get(id)).not.toBe(text);
          known.set(id, text);
        } else expect(known.delete(id.slice(1))).toBe(true);
      };
      const { tail, errors } = follow(
        {
          ...documents,
          since: (collection, after) => documents.since(collection, forgets ? undefined : after),
        },
        listener,
      );
      for (const { id, text, settles, forgets: from } of steps) {
        forgets = from;
        await documents.write([edit(id, text)]);
        if (settles) await tail.settled();
      }
      await tail.settled();
      expect([...known].sort()).toEqual([...(await documents.all('things'))]);
      expect(errors).toEqual([]);
      await tail.stop();
    }),
  );
});
