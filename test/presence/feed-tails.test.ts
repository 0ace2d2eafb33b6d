import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { createFeedTails, type FeedTails, type OpenTail } from '../../src/presence/feed-tails.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { PresenceStore, UserKey } from '../../src/store/store.ts';
import { START_MS, setStatusMessage, tell, user } from '../store/commands.ts';
import { numberOf } from './tails.ts';

const PARTITIONS = 8;

let store: PresenceStore;
let tails: FeedTails;
let errors: unknown[];
/** Partitions whose feed was read, in the order of reading. */
let reads: number[];
/** Done before the bounds of a partition are given. */
let beforeBounds: (partition: number) => Promise<void>;

beforeEach(() => {
  const memory = openMemoryStore({ partitions: PARTITIONS });
  errors = [];
  reads = [];
  beforeBounds = async () => {};
  store = {
    ...memory,
    feed(partition, after, limit) {
      reads.push(partition);
      return memory.feed(partition, after, limit);
    },
    async feedBounds(partition) {
      await beforeBounds(partition);
      return memory.feedBounds(partition);
    },
  };
  tails = createFeedTails({
    store,
    steadyClock: new ManualClock(START_MS),
    onError: (error) => errors.push(error),
  });
});
afterEach(async () => {
  await tails.stop();
  await store.close();
  expect(errors).toEqual([]);
});

/** A user of that partition. */
function userIn(partition: number): UserKey {
  for (let at = 0; ; at++) if (store.partitionOf(user(at)) === partition) return user(at);
}

const say = (partition: number, text: string) =>
  tell(store, userIn(partition), START_MS, setStatusMessage(text));

function follow(tail: OpenTail): string[] {
  const seen: string[] = [];
  tail.follow((items) => seen.push(...items.map((item) => `${item.partition} ${numberOf(item)}`)));
  return seen;
}

/** Whether a change of that partition is read by anybody. */
async function isRead(partition: number): Promise<boolean> {
  reads = [];
  await say(partition, `${Math.random()}`);
  await new Promise(setImmediate);
  return reads.includes(partition);
}

describe('the tails of several feeds', () => {
  test('tell what comes in their own partition after they were opened, and nothing else', async () => {
    await say(3, 'before');
    const tail = await tails.open(3);
    expect(tail.cursor).toBe((await store.feedBounds(3)).end);
    const seen = follow(tail);
    await say(3, 'one');
    await say(4, 'elsewhere');
    await say(3, 'two');
    await tails.settled();
    expect(seen).toEqual(['3 one', '3 two']);
    expect(tail.cursor).toBe((await store.feedBounds(3)).end);
  });

  test('are read once for all who have them open', async () => {
    const [one, other] = await Promise.all([tails.open(3), tails.open(3)]);
    const seen = [follow(one), follow(other), follow(await tails.open(3))];
    await tails.settled();
    reads = [];
    await say(3, 'one');
    await tails.settled();
    expect(seen).toEqual([['3 one'], ['3 one'], ['3 one']]);
    // Once for the hint and once for `settled`, however many follow.
    expect(reads.length).toBeLessThanOrEqual(2);
  });

  test('are read as long as one has them open, and by nobody after', async () => {
    const one = await tails.open(3);
    const other = await tails.open(3);
    const [first, second] = [follow(one), follow(other)];
    one.release();
    // Once too often counts once.
    one.release();
    await say(3, 'one');
    await other.settled();
    expect([first, second]).toEqual([[], ['3 one']]);
    other.release();
    expect(await isRead(3)).toBe(false);
  });

  test('begin at the present end when they are opened again', async () => {
    (await tails.open(3)).release();
    await say(3, 'between');
    const again = await tails.open(3);
    const seen = follow(again);
    await say(3, 'after');
    await tails.settled();
    expect(seen).toEqual(['3 after']);
  });

  test('that can’t be opened fail for all who wait, and open the next time', async () => {
    beforeBounds = async () => {
      throw new StoreUnavailable('away', 1000);
    };
    const outcomes = await Promise.allSettled([tails.open(3), tails.open(3)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await tails.settled();
    beforeBounds = async () => {};
    const tail = await tails.open(3);
    expect(await isRead(3)).toBe(true);
    tail.release();
    expect(await isRead(3)).toBe(false);
  });

  test('stay open for one who waits when another one lets go', async () => {
    let answer = () => {};
    beforeBounds = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const first = tails.open(3).then((tail) => tail.release());
    const second = tails.open(3);
    answer();
    await first;
    expect(await isRead(3)).toBe(true);
    (await second).release();
    expect(await isRead(3)).toBe(false);
  });

  test('are settled without those that are let go of meanwhile', async () => {
    const leaving = await tails.open(3);
    const staying = await tails.open(4);
    const seen = follow(staying);
    await say(4, 'one');
    const settled = tails.settled();
    leaving.release();
    await settled;
    expect(seen).toEqual(['4 one']);
  });

  test('that are stopped read no more, open no more, and settle for nobody', async () => {
    let answer = () => {};
    await tails.open(3);
    beforeBounds = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const opening = expect(tails.open(4)).rejects.toThrow('followed no further');
    const settled = expect(tails.settled()).rejects.toThrow('followed no further');
    const stopped = tails.stop();
    answer();
    await Promise.all([opening, settled, stopped]);
    await expect(tails.open(3)).rejects.toThrow('followed no further');
    await expect(tails.settled()).rejects.toThrow('followed no further');
    expect(await isRead(3)).toBe(false);
    expect(await isRead(4)).toBe(false);
  });
});
