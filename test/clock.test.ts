import { expect, test } from 'vitest';
import { alarmAtFirst, clockAhead, ManualClock, systemClock } from '../src/clock.ts';

test('an alarm of the system clock rings at its time and not before', async () => {
  const atMs = Date.now() + 20;
  const rangAtMs = await new Promise<number>((resolve) => {
    const alive = setInterval(() => {}, 1000);
    systemClock.alarm(atMs, () => {
      clearInterval(alive);
      resolve(Date.now());
    });
  });
  expect(rangAtMs).toBeGreaterThanOrEqual(atMs);
});

test('an alarm of a manual clock rings once, in order of time, and not when called off', () => {
  const clock = new ManualClock(0);
  const rung: string[] = [];
  clock.alarm(20, () => rung.push('second'));
  clock.alarm(10, () => rung.push('first'));
  clock.alarm(15, () => rung.push('never'))();
  clock.advance(9);
  expect(rung).toEqual([]);
  clock.advance(100);
  clock.advance(100);
  expect(rung).toEqual(['first', 'second']);
});

test('an alarm of a clock that is ahead rings by that clock, also when the distance changes', () => {
  const clock = new ManualClock(10_000);
  let aheadMs = 300_000;
  const ahead = clockAhead(clock, () => aheadMs);
  expect(ahead.nowMs()).toBe(310_000);
  const rung: number[] = [];
  ahead.alarm(315_000, () => rung.push(ahead.nowMs()));
  ahead.alarm(312_000, () => rung.push(0))();
  for (let at = 0; at < 4; at++) clock.advance(1000);
  expect(rung).toEqual([]);
  aheadMs -= 2500;
  for (let at = 0; at < 3; at++) clock.advance(1000);
  expect(rung).toEqual([]);
  clock.advance(1000);
  expect(rung).toEqual([315_500]);
});

test('an alarm of a clock that is ahead rings soon after that clock was put forward', () => {
  const clock = new ManualClock(0);
  let aheadMs = 0;
  const ahead = clockAhead(clock, () => aheadMs);
  let rang = 0;
  ahead.alarm(3_600_000, () => rang++);
  aheadMs = 3_600_000;
  clock.advance(1000);
  expect(rang).toBe(1);
  clock.advance(3_600_000);
  expect(rang).toBe(1);
});

test('an alarm on several clocks rings once, with the first of them, and not when called off', () => {
  const [one, other] = [new ManualClock(0), new ManualClock(0)];
  let rang = 0;
  const set = () =>
    alarmAtFirst(
      [
        [one, 10],
        [other, 20],
        [one, Number.POSITIVE_INFINITY],
      ],
      () => rang++,
    );
  set();
  other.set(20);
  one.set(100);
  expect(rang).toBe(1);
  one.set(0);
  other.set(0);
  set()();
  one.set(100);
  other.set(100);
  expect(rang).toBe(1);
  expect([one.nextAlarmMs(), other.nextAlarmMs()]).toEqual([
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ]);
});
