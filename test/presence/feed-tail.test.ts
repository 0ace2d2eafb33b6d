import { describe, expect, test } from 'vitest';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { FEED_START } from '../../src/store/store.ts';
import { START_MS } from '../store/commands.ts';
import { newFolder } from '../store/folders.ts';
import { change, cursorAfter, follow, numberOf, numbers, setUp } from './tails.ts';

describe.each([
  ['memory', async () => openMemoryStore()],
  ['lmdb', () => openLmdbStore({ path: newFolder() })],
])('the tail of the feed of the %s store', (_, open) => {
  test('tells what is there and what comes, in order', async () => {
    const store = await open();
    await change(store, 0, 5);
    const { tail, errors } = setUp(store);
    const seen = follow(tail);
    await tail.settled();
    expect(seen).toEqual(numbers(0, 5));
    await change(store, 5, 8);
    await tail.settled();
    expect(seen).toEqual(numbers(0, 8));
    expect(tail.cursor).toBe((await store.feedBounds(0)).end);
    expect(errors).toEqual([]);
  });

  test('begins where it is told to', async () => {
    const store = await open();
    await change(store, 0, 5);
    const start = await cursorAfter(store, 3);
    const { tail } = setUp(store, start);
    expect(tail.cursor).toBe(start);
    const seen = follow(tail);
    await tail.settled();
    expect(seen).toEqual(numbers(3, 5));
  });

  test('tells page by page, and lets the event loop have its turn between', async () => {
    const store = await open();
    await change(store, 0, 2500);
    const { tail } = setUp(store);
    const pages: number[] = [];
    let turns = 0;
    const turn = () => {
      turns++;
      if (pages.length < 3) setImmediate(turn);
    };
    setImmediate(turn);
    const turnsAt: number[] = [];
    tail.follow((entries) => {
      pages.push(entries.length);
      turnsAt.push(turns);
    });
    await tail.settled();
    expect(pages).toEqual([1000, 1000, 500]);
    expect(turnsAt[1]).toBeGreaterThan(turnsAt[0] ?? 0);
    expect(turnsAt[2]).toBeGreaterThan(turnsAt[1] ?? 0);
  });

  test('tells each change once, whenever one begins to follow and whatever goes on', async () => {
    const store = await open();
    const { tail } = setUp(store);
    const everyone: string[][] = [];
    for (let wave = 0; wave < 60; wave++) {
      const changes = change(store, wave * 50, wave * 50 + 50);
      // Whoever comes later reads by itself what was told before, and follows from there on.
      const seen: string[] = [];
      const before = tail.cursor;
      tail.follow((entries) => seen.push(...entries.map(numberOf)));
      const missed = (await store.feed(0, FEED_START, 5000)).entries;
      seen.unshift(...missed.filter(({ cursor }) => cursor <= before).map(numberOf));
      everyone.push(seen);
      if (wave % 2 === 0) await changes;
      if (wave % 5 === 0) await tail.settled();
    }
    await change(store, 3000, 3001);
    await tail.settled();
    const feed = (await store.feed(0, FEED_START, 5000)).entries.map(numberOf);
    expect(feed).toHaveLength(3001);
    for (const seen of everyone) expect(seen).toEqual(feed);
  });

  test('tells what was left of the feed when the rest was forgotten', async () => {
    const store = await open();
    await change(store, 0, 10);
    await store.trimFeed(0, START_MS + 4, 100);
    const { tail } = setUp(store);
    const seen = follow(tail);
    await tail.settled();
    expect(seen).toEqual(numbers(4, 10));
  });
});
