import { describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { FEED_START, type FeedItem, type PresenceStore } from '../../src/store/store.ts';
import { change, cursorAfter, follow, numberOf, numbers, setUp } from './tails.ts';

describe('following the feed', () => {
  test('tells by a hint, without anybody asking', async () => {
    const { store, tail } = setUp();
    const told = new Promise<readonly FeedItem[]>((resolve) => tail.follow(resolve));
    await tail.settled();
    await change(store, 0, 1);
    expect((await told).map(numberOf)).toEqual(['0']);
  });

  test('tells a second later at most when a hint is lost, and again and again', async () => {
    const store = openMemoryStore();
    const { clock, tail } = setUp({ ...store, onChanges: () => () => {} });
    await tail.settled();
    for (let at = 0; at < 3; at++) {
      let seen: string[] = [];
      const told = new Promise<void>((resolve) => {
        const unfollow = tail.follow((entries) => {
          seen = entries.map(numberOf);
          unfollow();
          resolve();
        });
      });
      await change(store, at, at + 1);
      clock.advance(999);
      await new Promise(setImmediate);
      expect(seen).toEqual([]);
      clock.advance(1);
      await told;
      expect(seen).toEqual([`${at}`]);
    }
  });

  test('is settled with all that was committed before, also while it is reading', async () => {
    const { store, tail } = setUp();
    const seen = follow(tail);
    const waits: Promise<void>[] = [];
    for (let at = 0; at < 20; at++) {
      await change(store, at, at + 1);
      waits.push(tail.settled().then(() => expect(seen.length).toBeGreaterThan(at)));
    }
    await Promise.all(waits);
    await tail.settled();
    expect(seen).toEqual(numbers(0, 20));
  });

  test('is not settled by a read that began before', async () => {
    const store = openMemoryStore();
    let answer: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { tail } = setUp({
      ...store,
      async feed(partition, after, limit) {
        const page = await store.feed(partition, after, limit);
        await asked;
        return page;
      },
    });
    const seen = follow(tail);
    await change(store, 0, 1);
    const settled = tail.settled();
    answer();
    await settled;
    expect(seen).toEqual(['0']);
  });

  test('reports a store that fails, leaves it alone for a second, and misses nothing', async () => {
    const store = openMemoryStore();
    let failing = true;
    let reads = 0;
    const { clock, tail, errors } = setUp({
      ...store,
      async feed(partition, after, limit) {
        reads++;
        if (failing) throw new StoreUnavailable('no room', 1000);
        return store.feed(partition, after, limit);
      },
    });
    const seen = follow(tail);
    const settled = tail.settled();
    for (let at = 0; at < 3; at++) {
      await change(store, at, at + 1);
      await new Promise(setImmediate);
    }
    expect(reads).toBe(1);
    expect(errors).toEqual([expect.any(StoreUnavailable)]);
    clock.advance(1000);
    await new Promise(setImmediate);
    expect(reads).toBe(2);
    expect(errors).toHaveLength(2);
    failing = false;
    clock.advance(1000);
    await settled;
    expect(seen).toEqual(numbers(0, 3));
    expect(errors).toHaveLength(2);
  });

  test('tells the others when a listener throws, and reports it', async () => {
    const { store, tail, errors } = setUp();
    const fault = new Error('a fault in the listener');
    tail.follow(() => {
      throw fault;
    });
    const seen = follow(tail);
    await change(store, 0, 2);
    await tail.settled();
    expect(seen).toEqual(numbers(0, 2));
    expect(errors.every((error) => error === fault)).toBe(true);
    expect(errors.length).toBeGreaterThan(0);
  });

  test('stops telling at once, also one who is told next', async () => {
    const { store, tail } = setUp();
    await tail.settled();
    const told: string[] = [];
    const first = tail.follow(() => {
      told.push('first');
      first();
      third();
    });
    tail.follow(() => told.push('second'));
    const third = tail.follow(() => told.push('third'));
    await change(store, 0, 1);
    await tail.settled();
    await change(store, 1, 2);
    await tail.settled();
    expect(told).toEqual(['first', 'second', 'second']);
  });

  test('tells one who begins to follow while a page is told only what comes after that page', async () => {
    const store = openMemoryStore();
    await change(store, 0, 1500);
    const { tail } = setUp(store);
    let late: string[] | undefined;
    let before = '';
    tail.follow(() => {
      if (late !== undefined) return;
      before = tail.cursor;
      late = follow(tail);
    });
    await tail.settled();
    expect(before).toBe(await cursorAfter(store, 1000));
    expect(late).toEqual(numbers(1000, 1500));
  });

  test('that is stopped tells no more, looks no more, and settles for nobody', async () => {
    const store = openMemoryStore();
    await change(store, 0, 1500);
    let reads = 0;
    const counting: PresenceStore = {
      ...store,
      feed(partition, after, limit) {
        reads++;
        return store.feed(partition, after, limit);
      },
    };
    const { clock, tail, errors, alarms } = setUp(counting);
    const seen = follow(tail);
    const waiting = expect(tail.settled()).rejects.toThrow('followed no further');
    tail.follow(() => void tail.stop());
    await waiting;
    await tail.stop();
    expect(seen).toEqual(numbers(0, 1000));
    const before = alarms();
    await change(store, 1500, 1501);
    clock.advance(5000);
    await new Promise(setImmediate);
    await expect(tail.settled()).rejects.toThrow('followed no further');
    expect(reads).toBe(1);
    expect(alarms()).toBe(before);
    expect(errors).toEqual([]);
  });

  test('that is stopped waits for a read under way, and tells nothing of it', async () => {
    const store = openMemoryStore();
    await change(store, 0, 3);
    let answer: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { tail } = setUp({
      ...store,
      async feed(partition, after, limit) {
        await asked;
        return store.feed(partition, after, limit);
      },
    });
    const seen = follow(tail);
    let stopped = false;
    const stop = tail.stop().then(() => {
      stopped = true;
    });
    await new Promise(setImmediate);
    expect(stopped).toBe(false);
    answer();
    await stop;
    expect(seen).toEqual([]);
    expect(tail.cursor).toBe(FEED_START);
  });
});
