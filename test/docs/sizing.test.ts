import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FIGURES } from '../../bench/sizing/figures.ts';
import {
  ASSUMPTIONS,
  type Assumptions,
  type Following,
  type Plan,
  plan,
} from '../../bench/sizing/model.ts';
import { withComputedParts } from '../../bench/sizing/page.ts';

const PAGE = fileURLToPath(new URL('../../docs/sizing.md', import.meta.url));

/** Round figures, so that what comes out can be worked out by hand. */
const ROUND: typeof FIGURES = {
  node: { keepAlive: 100, get: 100, bulkRead: 749, change: 1, hint: 1, webhook: 0, event: 1 },
  redis: { commit: 20, get: 5, bulkRead: 5 + 649, change: 1, hint: 0.1 },
  network: { commit: 500, replicated: 100, get: 100, bulkRead: 749, change: 100, hint: 50 },
  memory: { user: 500, change: 100 },
  sharing: { node: 4, partition: 2 },
};

function planned(
  users: number,
  following: Following,
  given: Partial<Assumptions> = {},
  figures = ROUND,
): Plan {
  const found = plan(users, following, figures, { ...ASSUMPTIONS, ...given });
  if ('why' in found) throw new Error(found.why);
  return found;
}

test('docs/sizing.md shows what the model makes of the figures; UPDATE=1 writes it anew', () => {
  const page = readFileSync(PAGE, 'utf8');
  const computed = withComputedParts(page);
  if (process.env.UPDATE === '1') writeFileSync(PAGE, computed);
  expect(readFileSync(PAGE, 'utf8')).toBe(computed);
});

test('a page that lacks a computed part is refused', () => {
  const page = readFileSync(PAGE, 'utf8');
  expect(() => withComputedParts(page.replace('<!-- polling -->', ''))).toThrow(/has the parts/);
});

test('every figure of the model is there', () => {
  const all = Object.values(FIGURES).flatMap((group: object): unknown[] => Object.values(group));
  expect(all.filter((value) => typeof value !== 'number' || !(value > 0))).toEqual([]);
});

test('an installation is counted from what its users do', () => {
  const one = planned(1_200_000, 'polling', { changesPerHour: 6 });
  // 600,000 online: two sessions every 240 s, six changes an hour; one call about 50 every 300 s.
  expect(one.commitsPerSecond).toBeCloseTo(5000 + 1000);
  expect(one.readsPerSecond).toBeCloseTo(2000);
  // Commits 0.6 cores, calls 100 + 49 µs each.
  expect(one.nodeCores).toBeCloseTo(0.6 + 2000 * 149e-6);
  expect(one.ownShare).toBeCloseTo(0.001);
  expect(one.nodes).toBe(2);
  // A read and a script for each commit, 5 + 49 µs for each call, 1 µs for each change.
  expect(one.redisCores.serving).toBeCloseTo(6000 * 25e-6 + 2000 * 54e-6 + 0.001);
  expect(one.partitions).toBe(16);
  expect(one.sharingPerSecond).toBe(2 * 4 + 16 * 2);
  expect(one.userBytes).toBe(600e6);
  expect(one.feedBytes).toBeCloseTo(1000 * 4 * 3600 * 100);
  expect(one.shards).toBe(1);
});

test('a shard too full is two too few: a cluster has three at least', () => {
  expect(planned(1_200_000, 'polling', { shardBytes: 3e9 }).shards).toBe(1);
  expect(planned(1_200_000, 'polling', { shardBytes: 2e9 })).toMatchObject({
    shards: 3,
    shardsFor: { memory: 2 },
  });
  const narrow = planned(1_200_000, 'polling', { shardNetwork: 2e6 });
  expect(narrow.shards).toBe(narrow.shardsFor.network);
  expect(narrow.shards).toBeGreaterThan(3);
});

test('there are as many shards and nodes as what they cause themselves asks for', () => {
  for (const following of ['polling', 'streams'] as const) {
    const many = planned(30_000_000, following);
    const { serving, following: caused } = many.redisCores;
    expect(serving + caused).toBeLessThanOrEqual(many.shards * ASSUMPTIONS.used);
    const busy = many.nodeCores / many.nodes + many.ownShare;
    expect(busy).toBeLessThanOrEqual(ASSUMPTIONS.used);
    expect(many.partitions).toBeGreaterThanOrEqual(4 * Math.max(many.shards, many.nodes));
  }
});

test('streams take a node for so many, and each node hears every change', () => {
  const many = planned(10_000_000, 'streams');
  expect(many.streams).toBe(5_000_000);
  expect(many.nodes).toBe(250);
  expect(many.redisCores.following).toBeGreaterThan(
    planned(10_000_000, 'polling').redisCores.following,
  );
});

test('where hearing of every change fills a node, more nodes don’t help, and it says so', () => {
  expect(plan(3e9, 'streams', ROUND)).toEqual({
    why: expect.stringMatching(/each node would need 5\.0 cores/),
  });
  expect(plan(100e6, 'streams', ROUND)).toEqual({ why: expect.stringMatching(/partitions/) });
});
