import { expect, test } from 'vitest';
import { Effort, TooMuchEffort } from '../../src/calendar/effort.ts';

test('all steps may be spent, and no more', () => {
  const effort = new Effort('The event', 5);
  effort.spend(4);
  effort.spend();
  expect(effort.left).toBe(0);
  expect(() => effort.spend(0)).not.toThrow();
  expect(() => effort.spend()).toThrow(TooMuchEffort);
  expect(() => effort.spend()).toThrow('The event takes more than 5 steps to expand.');
});

test('what a part spends its whole spends too, and the one that has least left is named', () => {
  const whole = new Effort('The calendar', 10);
  const first = new Effort('The first', 8, whole);
  first.spend(7);
  expect(whole.left).toBe(3);
  expect(() => first.spend(2)).toThrow('The first takes more than 8 steps');
  expect(whole.left).toBe(1);
  expect(() => new Effort('The second', 8, whole).spend(2)).toThrow('The calendar takes more');
});

test('an event is named in what is told of it, if not at any length', () => {
  const effort = Effort.forEvent('x'.repeat(1000));
  expect(() => effort.spend(1e9)).toThrow(new RegExp(`^The event '${'x'.repeat(100)}' takes`));
});
