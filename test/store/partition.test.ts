import { expect, test } from 'vitest';
import { partitionOfUser } from '../../src/store/partition.ts';
import { guid, user } from './commands.ts';

test('a user’s partition is what it was when the store was made', () => {
  const found = [1, 2, 3, 0xabcdef].map((id) => partitionOfUser(user(id), 1000));
  expect(found).toMatchInlineSnapshot(`
    [
      281,
      381,
      565,
      391,
    ]
  `);
  expect(partitionOfUser(user(1, 2), 1000)).not.toBe(found[0]);
  expect(partitionOfUser(user(7), 1)).toBe(0);
});

test('users spread evenly over the partitions, also those whose ids differ in a digit', () => {
  for (const partitions of [2, 16, 100, 1000]) {
    const counts = new Array<number>(partitions).fill(0);
    const each = 200;
    for (let at = 0; at < partitions * each; at++) {
      const partition = partitionOfUser({ tenantId: guid(1), userId: guid(at) }, partitions);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    // Six standard deviations of chance, which is about the square root of the mean.
    const most = each + 6 * Math.sqrt(each);
    expect(Math.max(...counts)).toBeLessThan(most);
    expect(Math.min(...counts)).toBeGreaterThan(each - 6 * Math.sqrt(each));
  }
});
