import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Lane, MOST_WAITING } from '../../src/notifications/lane.ts';
import { FEED_START, type FeedItem } from '../../src/store/store.ts';
import type { DeliveryMode } from '../../src/subscriptions/subscription.ts';
import { exampleSubscription, START_MS } from '../subscriptions/examples.ts';
import { feedItem, place } from './feed-items.ts';

const laneFor = (delivery: DeliveryMode = 'latest', from = FEED_START) =>
  new Lane(exampleSubscription({ delivery }), from);

/** Offers entries of these users, from entry `first` on, each seen up to the one before. */
function offer(lane: Lane, users: readonly number[], first = 1): readonly FeedItem[] {
  const items = users.map((user, at) => feedItem(first + at, user));
  for (const [at, item] of items.entries()) {
    expect(lane.offer(item, place(first + at - 1))).toBe(true);
  }
  return items;
}

const numbers = (items: readonly FeedItem[]) => items.map(({ change }) => change.number);

/** What may happen to a lane, in any order. */
const anyEvent = fc.oneof(
  { weight: 6, arbitrary: fc.record({ user: fc.nat(4) }) },
  { weight: 3, arbitrary: fc.record({ limit: fc.integer({ min: 1, max: 5 }), ok: fc.boolean() }) },
);

describe('whatever happens, a lane', () => {
  test('gives items in the order of the feed, and forgets none it was to give', () => {
    fc.assert(
      fc.property(
        fc.array(anyEvent, { maxLength: 60 }),
        fc.constantFrom<DeliveryMode>('latest', 'each'),
        (events, delivery) => {
          const lane = laneFor(delivery);
          const offered: FeedItem[] = [];
          const arrived: FeedItem[] = [];
          for (const event of events) {
            if ('user' in event) {
              offered.push(...offer(lane, [event.user], offered.length + 1));
              continue;
            }
            const taken = lane.take(event.limit);
            expect(numbers(taken)).toEqual(numbers(taken).toSorted((a, b) => a - b));
            if (!event.ok) {
              lane.failed();
              continue;
            }
            lane.sent();
            arrived.push(...taken);
          }
          arrived.push(...lane.take(offered.length));
          lane.sent();
          expect(lane.waiting).toBe(0);
          expect(lane.place).toBeUndefined();
          // Each once, and in order.
          const inOrder = numbers(arrived).toSorted((a, b) => a - b);
          expect(numbers(arrived)).toEqual(inOrder);
          expect(new Set(inOrder).size).toBe(inOrder.length);
          if (delivery === 'each') expect(numbers(arrived)).toEqual(numbers(offered));
          // Of `latest` the last of each user has come, whatever was left out before it.
          for (const { userId } of offered) {
            const lastOf = (items: readonly FeedItem[]) =>
              items.findLast((each) => each.userId === userId)?.change.number;
            expect(lastOf(arrived)).toBe(lastOf(offered));
          }
        },
      ),
    );
  });

  test('knows a place that is before everything it still has to give, and after what it gave', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
        const lane = laneFor();
        let count = 0;
        let given = 0;
        for (const event of events) {
          if ('user' in event) offer(lane, [event.user], ++count);
          else {
            const taken = lane.take(event.limit);
            if (!event.ok) lane.failed();
            else {
              lane.sent();
              given = taken.at(-1)?.change.number ?? given;
            }
          }
          if (lane.waiting === 0) expect(lane.place).toBeUndefined();
          else {
            const [next] = lane.take(1);
            lane.failed();
            expect((lane.place ?? '') >= place(given)).toBe(true);
            expect((lane.place ?? '') < (next?.cursor ?? '')).toBe(true);
          }
        }
      }),
    );
  });
});

describe('a receiver that is late', () => {
  test('gets the newest of each user, in the order of those', () => {
    const lane = laneFor();
    offer(lane, [1, 2, 1, 3, 2, 1]);
    lane.take(1);
    lane.failed();
    expect(numbers(lane.take(10))).toEqual([4, 5, 6]);
  });

  test('gets each step if that is what it asked for', () => {
    const lane = laneFor('each');
    offer(lane, [1, 2, 1]);
    lane.take(1);
    lane.failed();
    expect(numbers(lane.take(10))).toEqual([1, 2, 3]);
  });

  test('is on time again once nothing waits', () => {
    const lane = laneFor();
    offer(lane, [1]);
    lane.take(1);
    lane.failed();
    lane.take(1);
    lane.sent();
    offer(lane, [1, 1], 2);
    expect(numbers(lane.take(10))).toEqual([2, 3]);
  });

  test('finds what came while items were under way after them', () => {
    const lane = laneFor();
    offer(lane, [1, 2]);
    lane.take(2);
    offer(lane, [1], 3);
    expect(lane.canSend).toBe(false);
    lane.failed();
    expect(lane.canSend).toBe(true);
    expect(numbers(lane.take(10))).toEqual([2, 3]);
  });
});

describe('a lane that is full', () => {
  test('makes room by leaving out what newer states replace', () => {
    const lane = laneFor();
    offer(
      lane,
      Array.from({ length: MOST_WAITING }, (_, at) => at % 10),
    );
    expect(lane.waiting).toBe(MOST_WAITING);
    offer(lane, [3], MOST_WAITING + 1);
    expect(lane.waiting).toBe(11);
    expect(lane.place).toBe(place(0));
  });

  test('that can’t make room stays before the entry, and reads on from there', () => {
    const lane = laneFor('each');
    offer(
      lane,
      Array.from({ length: MOST_WAITING }, () => 1),
    );
    const next = feedItem(MOST_WAITING + 1, 1);
    expect(lane.offer(next, place(MOST_WAITING))).toBe(false);
    expect(lane.read).toBe(place(MOST_WAITING));
    expect(lane.hasRoom).toBe(false);
    lane.take(MOST_WAITING / 2);
    lane.sent();
    expect(lane.hasRoom).toBe(true);
    expect(lane.offer(next, place(MOST_WAITING))).toBe(true);
  });
});

describe('a lane', () => {
  test('takes no entry twice', () => {
    const lane = laneFor('each');
    const [first] = offer(lane, [1, 2]);
    if (first !== undefined) expect(lane.offer(first, FEED_START)).toBe(true);
    expect(lane.waiting).toBe(2);
  });

  test('begins after the place it was made with', () => {
    const lane = laneFor('each', place(5));
    offer(lane, [1, 1, 1], 4);
    expect(numbers(lane.take(10))).toEqual([6]);
  });

  test('sends nothing after a crash before it has read all that may have been sent', () => {
    const lane = laneFor('latest', place(2));
    lane.recover(place(5));
    offer(lane, [1, 2], 3);
    expect(lane.canSend).toBe(false);
    offer(lane, [1], 5);
    expect(lane.canSend).toBe(true);
    expect(numbers(lane.take(10))).toEqual([4, 5]);
  });

  test('gives up what is old, and sends no more before that is kept', () => {
    const lane = laneFor('each');
    offer(lane, [1, 2, 3]);
    expect(lane.giveUp(START_MS + 1)).toBe(0);
    expect(lane.isHeld).toBe(false);
    expect(lane.giveUp(START_MS + 3)).toBe(2);
    expect(lane).toMatchObject({ lost: 2, waiting: 1, isHeld: true, canSend: false });
    expect(lane.place).toBe(place(2));
    lane.release();
    expect(numbers(lane.take(10))).toEqual([3]);
    expect(lane.giveUp(START_MS + 10)).toBe(0);
  });

  test('passes over what it loses, and goes on after it', () => {
    const lane = laneFor();
    lane.lose(feedItem(1, 1));
    lane.lose(feedItem(1, 1));
    expect(lane).toMatchObject({ lost: 1, waiting: 0, isHeld: true });
    lane.release();
    offer(lane, [2], 2);
    expect(lane.place).toBe(place(1));
  });

  test('wants changes of the properties that its subscription has', () => {
    const lane = laneFor();
    expect([1, 2, 4].map((changed) => lane.wants(changed))).toEqual([true, false, false]);
    lane.change(exampleSubscription({ properties: ['id', 'statusMessage'] }));
    expect([1, 2, 4].map((changed) => lane.wants(changed))).toEqual([false, true, false]);
  });
});
