import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NEVER_MS } from '../../src/engine/facts.ts';
import { FEED_START, type FeedItem, type PresenceStore } from '../../src/store/store.ts';
import { START_MS, setStatusMessage, tell, user } from './commands.ts';

/** What places in the feed of every store are. `open` gives a new, empty one. */
export function feedPlaceContract(name: string, open: () => Promise<PresenceStore>): void {
  describe(`places in the feed of the ${name} store`, () => {
    let store: PresenceStore;

    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    /** Makes changes of that many milliseconds after the start. */
    async function change(fromMs: number, toMs: number): Promise<void> {
      for (let at = fromMs; at < toMs; at++) {
        await tell(store, user(1), START_MS + at, setStatusMessage(`${at}`));
      }
    }

    async function items(from = FEED_START): Promise<readonly FeedItem[]> {
      return (await store.feed(0, from, 1000)).entries;
    }

    const contents = (read: readonly FeedItem[]) =>
      read.map(({ change }) => change.after.statusMessage?.content);

    it('come with each entry, and reading goes on from each', async () => {
      await change(0, 12);
      const read = await items();
      expect(read).toHaveLength(12);
      for (const [at, { cursor }] of read.entries()) {
        expect(await items(cursor)).toEqual(read.slice(at + 1));
      }
      expect((await store.feed(0, FEED_START, 5)).cursor).toBe(read[4]?.cursor);
    });

    it('sort as text in the order of the feed, after the start', async () => {
      await change(0, 120);
      const cursors = (await items()).map(({ cursor }) => cursor);
      expect(new Set(cursors).size).toBe(120);
      expect([FEED_START, ...cursors].toSorted()).toEqual([FEED_START, ...cursors]);
    });

    it('are taken from nowhere else', async () => {
      await change(0, 3);
      const [{ cursor } = { cursor: '' }] = await items();
      const others = ['1', 'x', ' ', '-1', `${cursor}0`, cursor.slice(1), `-${cursor.slice(1)}`];
      for (const other of [...others, '0'.repeat(16), '9'.repeat(16), cursor.replace(/.$/, 'e')]) {
        await expect(store.feed(0, other, 10)).rejects.toThrow(TypeError);
      }
    });

    it('at both ends are the start as long as there was nothing', async () => {
      expect(await store.feedBounds(0)).toEqual({ start: FEED_START, end: FEED_START });
    });

    it('at the end are after the last entry, and at the start before the first', async () => {
      await change(0, 3);
      const read = await items();
      expect(await store.feedBounds(0)).toEqual({ start: FEED_START, end: read.at(-1)?.cursor });
      await change(3, 4);
      const { end } = await store.feedBounds(0);
      expect(end).toBe((await items()).at(-1)?.cursor);
      expect(await items(end)).toEqual([]);
    });

    it('at the start show who has missed something when entries were forgotten', async () => {
      await change(0, 10);
      const read = await items();
      await store.trimFeed(0, START_MS + 4, 100);
      const { start, end } = await store.feedBounds(0);
      expect(contents(await items(start))).toEqual(['4', '5', '6', '7', '8', '9']);
      expect(end).toBe(read.at(-1)?.cursor);
      // Who has read 0 to 3 missed nothing; who has read less did.
      expect(read.map(({ cursor }) => cursor < start)).toEqual([
        ...Array.from({ length: 3 }, () => true),
        ...Array.from({ length: 7 }, () => false),
      ]);
      expect(FEED_START < start).toBe(true);
    });

    it('are one when all was forgotten, and part again with the next entry', async () => {
      await change(0, 3);
      const before = await store.feedBounds(0);
      expect(await store.trimFeed(0, NEVER_MS, 100)).toBe(3);
      expect(await store.feedBounds(0)).toEqual({ start: before.end, end: before.end });
      await change(3, 4);
      const { start, end } = await store.feedBounds(0);
      expect(start).toBe(before.end);
      expect(end > start).toBe(true);
      expect(contents(await items(start))).toEqual(['3']);
    });
  });
}
