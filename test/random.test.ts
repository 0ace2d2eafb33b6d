import { expect, test } from 'vitest';
import { SeededRandomness } from '../src/random.ts';

const draw = (randomness: SeededRandomness, of: string, count = 5) =>
  Array.from({ length: count }, () => randomness.random(of));

test('one seed gives the same numbers again, another one others', () => {
  expect(draw(new SeededRandomness(1), 'a')).toEqual(draw(new SeededRandomness(1), 'a'));
  expect(draw(new SeededRandomness(1), 'a')).not.toEqual(draw(new SeededRandomness(2), 'a'));
});

test('a name gets the same numbers, whoever else draws in between', () => {
  const alone = draw(new SeededRandomness(1), 'a');
  const shared = new SeededRandomness(1);
  const mixed = alone.map(() => {
    shared.random('b');
    shared.uuid();
    return shared.random('a');
  });
  expect(mixed).toEqual(alone);
});

test('goes on where another one was', () => {
  const first = new SeededRandomness(7);
  draw(first, 'a', 3);
  const id = first.uuid();
  const next = new SeededRandomness(7, first.drawn());
  expect([draw(next, 'a'), next.uuid()]).toEqual([draw(first, 'a'), first.uuid()]);
  expect(next.uuid()).not.toBe(id);
});

test('numbers lie from 0 to below 1, evenly', () => {
  const randomness = new SeededRandomness(3);
  const tenths = new Array<number>(10).fill(0);
  for (let count = 0; count < 10_000; count++) {
    const number = randomness.random(`name ${count % 7}`);
    tenths[Math.floor(number * 10)] = (tenths[Math.floor(number * 10)] ?? 0) + 1;
  }
  expect(tenths.length).toBe(10);
  for (const each of tenths) expect(Math.abs(each - 1000)).toBeLessThan(150);
});

test('GUIDs are version 4, and differ', () => {
  const randomness = new SeededRandomness(5);
  const ids = Array.from({ length: 1000 }, () => randomness.uuid());
  expect(new Set(ids).size).toBe(1000);
  for (const id of ids) {
    expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/);
  }
});
