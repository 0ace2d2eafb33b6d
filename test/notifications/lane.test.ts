import { describe, expect, test } from 'vitest';
import { MOST_WAITING } from '../../src/notifications/lane.ts';
import { FEED_START } from '../../src/store/store.ts';
import { START_MS } from '../subscriptions/examples.ts';
import { feedItem, laneFor, numbers, offer, place } from './feed-items.ts';

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
});
