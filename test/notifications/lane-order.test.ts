import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FeedItem } from '../../src/store/store.ts';
import type { DeliveryMode } from '../../src/subscriptions/subscription.ts';
import { laneFor, numbers, offer, place } from './feed-items.ts';

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
            expect(numbers(taken)).toEqual([...numbers(taken)].sort((a, b) => a - b));
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
          const inOrder = [...numbers(arrived)].sort((a, b) => a - b);
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
