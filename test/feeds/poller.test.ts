import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { Holding } from '../../src/feeds/holding.ts';
import { createPoller } from '../../src/feeds/poller.ts';
import { FEED_INDEX } from '../../src/feeds/stored-feed.ts';
import type { Visit } from '../../src/feeds/visit.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { guid } from '../store/commands.ts';
import { until } from '../until.ts';

const FEEDS = Number(process.env.FEED_COUNT ?? 2000);
const TENANT = guid(1);
const EVERY_MS = 900_000;

/** A poller of one partition; what its visits do is said by the test. */
function polling(visit: Visit, mostUnderWay?: number) {
  const clock = new ManualClock(0);
  const store = openMemoryStore();
  const errors: unknown[] = [];
  const poller = createPoller({
    clock,
    steadyClock: clock,
    visit,
    ...(mostUnderWay !== undefined && { mostUnderWay }),
    onError: (error) => errors.push(error),
  });
  const lease = { partition: 0, fence: 1 };
  poller.take(new Holding(store.documents, lease, () => true));
  onTestFinished(async () => {
    await poller.leave(0);
    await poller.settled();
    await store.close();
  });
  const put = (text: string | undefined, ...users: readonly number[]) =>
    store.documents.write(
      users.map((user) => ({ collection: FEED_INDEX, id: `${TENANT} ${guid(user)}`, text })),
    );
  return { clock, poller, put, errors };
}

/** Visits that wait until they are let go. */
function heldUp() {
  const waiting: { readonly userId: string; readonly end: (next?: number) => void }[] = [];
  const visit: Visit = ({ userId }) =>
    new Promise((resolve) => {
      waiting.push({ userId, end: (next) => resolve(next) });
    });
  return { waiting, visit };
}

test('each feed is visited when it is told of, and then when its visit says', async () => {
  const visited: string[] = [];
  const visit: Visit = async ({ userId }) => {
    visited.push(userId);
    return 5000;
  };
  const { clock, put } = polling(visit);
  await put('1', 1, 2);
  await until(() => visited.length === 2);
  clock.set(4999);
  await put('1', 3);
  await until(() => visited.length === 3);
  clock.set(5000);
  await until(() => visited.length >= 5);
  expect(visited.slice(0, 3)).toEqual([guid(1), guid(2), guid(3)]);
});

test('so many visits go on at a time, and one that ends makes room', async () => {
  const { waiting, visit } = heldUp();
  const { put } = polling(visit, 3);
  await put('1', 1, 2, 3, 4);
  await until(() => waiting.length === 3);
  waiting[0]?.end();
  await until(() => waiting.length === 4);
  for (const { end } of waiting) end();
});

test('a feed that is asked for while it is visited is visited again, and not twice at once', async () => {
  const { waiting, visit } = heldUp();
  const { put } = polling(visit);
  await put('1', 1);
  await until(() => waiting.length === 1);
  await put('2', 1);
  await put('1', 2);
  await until(() => waiting.length === 2);
  expect(waiting[1]?.userId).toBe(guid(2));
  waiting[0]?.end(1_000_000);
  await until(() => waiting.length === 3);
  expect(waiting[2]?.userId).toBe(guid(1));
  for (const { end } of waiting) end();
});

test('a feed whose visit found nothing is visited again when it is told of anew', async () => {
  let visits = 0;
  const { put } = polling(async () => {
    visits++;
    return undefined;
  });
  await put('1', 1);
  await until(() => visits === 1);
  await put('2', 1);
  await until(() => visits === 2);
});

test('a visit that fails is made again half a minute later, and told of', async () => {
  let visits = 0;
  const { clock, put, errors } = polling(async () => {
    visits++;
    throw new Error('no');
  });
  await put('1', 1);
  await until(() => visits === 1 && errors.length === 1);
  clock.set(29_999);
  clock.set(30_000);
  await until(() => visits === 2);
});

test('what is gone, or of a partition that was left, is visited no more', async () => {
  const visited: string[] = [];
  const { clock, poller, put } = polling(async ({ userId }) => {
    visited.push(userId);
    return clock.nowMs() + 1000;
  });
  await put('1', 1, 2);
  await until(() => visited.length === 2);
  await put(undefined, 1);
  await put('1', 3);
  await until(() => visited.length === 3);
  clock.set(1000);
  await until(() => visited.length === 5);
  expect(visited.slice(3).sort()).toEqual([guid(2), guid(3)]);
  await poller.leave(0);
  clock.set(2000);
  await put('1', 4);
  clock.set(3000);
  await poller.settled();
  expect(visited).toHaveLength(5);
});

test('leaving doesn’t wait for a visit that fetches, but for one that writes', async () => {
  const { waiting, visit } = heldUp();
  const { poller, put } = polling(visit);
  await put('1', 1);
  await until(() => waiting.length === 1);
  await poller.leave(0);
  waiting[0]?.end();

  let written = () => {};
  let isWriting = false;
  const writing: Visit = (_, holding) =>
    holding.write(() => {
      isWriting = true;
      return new Promise((resolve) => {
        written = () => resolve(undefined);
      });
    });
  const other = polling(writing);
  await other.put('1', 1);
  await until(() => isWriting);
  let isLeft = false;
  const left = other.poller.leave(0).then(() => {
    isLeft = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isLeft).toBe(false);
  written();
  await left;
});

test(`${FEEDS} feeds are visited in their time, round after round`, async () => {
  let visits = 0;
  const { clock, put } = polling(async () => {
    visits++;
    return clock.nowMs() + EVERY_MS + (visits % EVERY_MS);
  });
  await put('1', ...Array.from({ length: FEEDS }, (_, at) => at + 1));
  await until(() => visits === FEEDS);
  for (let round = 2; round <= 3; round++) {
    clock.advance(2 * EVERY_MS);
    await until(() => visits === round * FEEDS);
  }
});
