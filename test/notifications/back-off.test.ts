import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backOffMs } from '../../src/notifications/back-off.ts';
import { GRAPH_TERMS } from '../../src/notifications/terms.ts';

const LARGEST_RANDOM = 1 - Number.EPSILON;
const anyChance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test.each([
  [1, 500, 1000],
  [2, 1000, 2000],
  [3, 2000, 4000],
  [4, 4000, 8000],
  [9, 128_000, 256_000],
  [10, 256_000, 512_000],
  [11, 300_000, 600_000],
  [12, 300_000, 600_000],
  [1_000_000, 300_000, 600_000],
])('after %i failures the pause is at least %i ms and below %i ms', (failures, least, most) => {
  expect(backOffMs(failures, 0, GRAPH_TERMS)).toBe(least);
  expect(backOffMs(failures, 0.5, GRAPH_TERMS)).toBe((least + most) / 2);
  expect(backOffMs(failures, LARGEST_RANDOM, GRAPH_TERMS)).toBeLessThan(most);
});

test('whatever chance says, attempts in four hours are at least 30 and at most 70', () => {
  fc.assert(
    fc.property(fc.infiniteStream(anyChance), (chances) => {
      let atMs = 0;
      let attempts = 0;
      for (const random of chances) {
        attempts++;
        atMs += backOffMs(attempts, random, GRAPH_TERMS);
        if (atMs >= GRAPH_TERMS.giveUpAfterMs) break;
      }
      expect(attempts).toBeGreaterThanOrEqual(30);
      expect(attempts).toBeLessThanOrEqual(70);
    }),
  );
});
