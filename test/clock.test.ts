import { expect, test } from 'vitest';
import { ManualClock, systemClock } from '../src/clock.ts';

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
