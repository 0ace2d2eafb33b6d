import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignment } from '../../src/sharing/assignment.ts';
import { Random } from '../crash/random.ts';

const anyMembers = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), {
  minLength: 1,
  maxLength: 30,
});
const anyPartitions = fc.integer({ min: 1, max: 300 });

function loads(assigned: readonly string[]): Map<string, number> {
  const loads = new Map<string, number>();
  for (const member of assigned) loads.set(member, (loads.get(member) ?? 0) + 1);
  return loads;
}

/** How many partitions have another member in one than in the other. */
function moved(from: readonly string[], to: readonly string[]): number {
  return from.filter((member, partition) => member !== to[partition]).length;
}

it('gives each partition a member, and each member its share or one more', () => {
  fc.assert(
    fc.property(anyMembers, anyPartitions, (members, partitions) => {
      const assigned = assignment(members, partitions);
      expect(assigned).toHaveLength(partitions);
      const counts = loads(assigned);
      for (const member of members) {
        const count = counts.get(member) ?? 0;
        expect(count).toBeGreaterThanOrEqual(Math.floor(partitions / members.length));
        expect(count).toBeLessThanOrEqual(Math.ceil(partitions / members.length));
        counts.delete(member);
      }
      expect(counts.size).toBe(0);
    }),
  );
});

it('is the same for the same members in any order, named twice or not', () => {
  fc.assert(
    fc.property(anyMembers, anyPartitions, fc.nat(), (members, partitions, seed) => {
      const random = new Random(seed);
      const others = [...members, random.pick(members)].sort(() => random.next() - 0.5);
      expect(assignment(others, partitions)).toEqual(assignment(members, partitions));
    }),
  );
});

it('is the same in every version, as servers of two versions run side by side', () => {
  expect(assignment(['one', 'two', 'three'], 8)).toMatchInlineSnapshot(`
    [
      "two",
      "two",
      "one",
      "two",
      "three",
      "one",
      "three",
      "one",
    ]
  `);
});

it('is nothing for nobody', () => {
  expect(assignment([], 8)).toEqual([]);
});

describe('when a server comes or goes', () => {
  it.each([
    // Servers, partitions, and how many times what must move does at most, on average.
    [2, 256, 1.1],
    [3, 256, 1.1],
    [5, 256, 1.25],
    [10, 256, 1.5],
    [10, 1000, 1.3],
    [20, 256, 2.3],
    [64, 1000, 3],
    [100, 1000, 4.5],
    [101, 1000, 3.5],
    [100, 256, 4],
  ])(
    '%i servers with %i partitions move at most %f times what must',
    (servers, partitions, limit) => {
      const random = new Random(servers * partitions);
      let must = 0;
      let did = 0;
      for (let round = 0; round < 8; round++) {
        const members = Array.from({ length: servers }, () => `host:${random.between(0, 1e9)}`);
        const gone = random.pick(members);
        const all = assignment(members, partitions);
        const fewer = assignment(
          members.filter((each) => each !== gone),
          partitions,
        );
        must += loads(all).get(gone) ?? 0;
        did += moved(all, fewer);
      }
      expect(did).toBeGreaterThanOrEqual(must);
      expect(did / must).toBeLessThan(limit);
    },
  );
});
