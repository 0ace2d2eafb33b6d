import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Random } from '../crash/random.ts';
import { Cluster } from './cluster.ts';

/** In full size: SHARING_PARTITIONS=1000 SHARING_NODES=100, less than a minute. */
const PARTITIONS = Number(process.env.SHARING_PARTITIONS ?? 250);
const NODES = Number(process.env.SHARING_NODES ?? 25);
const SEED = Number(process.env.SHARING_SEED ?? Date.now() % 1_000_000);

it('many servers share many partitions, whatever becomes of them', async () => {
  const figures: Record<string, string> = {};
  const random = new Random(SEED);
  const cluster = new Cluster({ partitions: PARTITIONS, seed: SEED, failures: 0.001 });
  const { time } = cluster;
  console.log(`sharing ${PARTITIONS} partitions among ${NODES} servers, seed ${SEED}`);
  const balanced = async (what: string, limitMs = 15_000): Promise<number> => {
    const tookMs = await time.until(() => cluster.isBalanced(), limitMs);
    expect(tookMs, `${what}: balanced`).toBeLessThan(Infinity);
    expect(cluster.complaints.slice(0, 5), what).toEqual([]);
    return Math.round(tookMs);
  };

  for (let at = 0; at < NODES; at++) cluster.join();
  figures['balanced after all start at once, ms'] = `${await balanced('start')}`;
  figures['taken at the start'] = `${cluster.taken}`;

  await time.pass(1000);
  cluster.calls = 0;
  const before = cluster.taken;
  await time.pass(10_000);
  const callsPerS = cluster.calls / NODES / 10;
  figures['calls a second and server when nothing happens'] = callsPerS.toFixed(2);
  expect(callsPerS).toBeLessThan(6);
  expect(cluster.taken - before).toBe(0);

  cluster.longestIdleMs['handed over'] = 0;
  const moves: Record<'crash' | 'join', number[]> = { crash: [], join: [] };
  for (let round = 0; round < 6; round++) {
    await time.pass(random.between(0, 1000));
    let taken = cluster.taken;
    cluster.crash(random.pick(cluster.alive));
    await time.pass(2100);
    await balanced('a crash');
    moves.crash.push(cluster.taken - taken);
    taken = cluster.taken;
    cluster.join();
    await balanced('a join');
    moves.join.push(cluster.taken - taken);
  }
  for (const cause of ['crash', 'join'] as const) {
    figures[`moved by a ${cause}, of ${Math.ceil(PARTITIONS / NODES)} or so that must`] =
      moves[cause].join(' ');
  }
  figures['longest without work by a handover, one change at a time, ms'] =
    cluster.longestIdleMs['handed over'].toFixed(0);
  figures['longest without work after a crash, ms'] = cluster.longestIdleMs.crash.toFixed(0);

  const dying = random.some(cluster.alive, Math.ceil(NODES / 10));
  for (const member of dying) cluster.crash(member);
  await time.pass(2100);
  figures['balanced after a tenth died at once, ms'] = `${2100 + (await balanced('crashes'))}`;
  for (const _ of dying) cluster.join();
  await balanced('joins');
  figures['longest without work after any crash, ms'] = cluster.longestIdleMs.crash.toFixed(0);
  expect(cluster.longestIdleMs.crash).toBeLessThanOrEqual(3000);

  for (const member of random.some(cluster.alive, Math.ceil(NODES / 5))) {
    cluster.stall(member, random.between(100, 10_000));
    await time.pass(random.between(0, 500));
  }
  await time.pass(12_000);
  await balanced('stalls');

  const takenBeforeAway = cluster.taken;
  cluster.isStoreAway = true;
  await time.pass(10_000);
  expect(cluster.idle).toBe(PARTITIONS);
  cluster.isStoreAway = false;
  figures['balanced after the store was away for 10 s, ms'] = `${await balanced('an outage')}`;
  figures['taken after that'] = `${cluster.taken - takenBeforeAway}`;
  // The first to come back doesn't take it all.
  expect(cluster.taken - takenBeforeAway).toBeLessThan(PARTITIONS * 1.3);

  const takenBeforeRestart = cluster.taken;
  cluster.longestIdleMs['handed over'] = 0;
  for (const member of cluster.alive) {
    cluster.stop(member);
    await time.pass(500);
    cluster.join();
    await time.pass(500);
  }
  figures['balanced after a rolling restart of all, ms'] = `${await balanced('restarts')}`;
  figures['moved by each restart'] = ((cluster.taken - takenBeforeRestart) / NODES).toFixed(1);
  figures['longest without work by a handover in that, ms'] =
    cluster.longestIdleMs['handed over'].toFixed(0);
  expect(cluster.alive).toHaveLength(NODES);
  console.log(figures);
}, 120_000);

it('two servers never have one partition, and all is shared out in the end, whatever happens when', async () => {
  const anyEvent = fc.oneof(
    { weight: 8, arbitrary: fc.record({ passMs: fc.nat(1500) }) },
    { weight: 3, arbitrary: fc.constant('join' as const) },
    { weight: 2, arbitrary: fc.record({ crash: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ stop: fc.nat() }) },
    {
      weight: 3,
      arbitrary: fc.record({ stall: fc.nat(), forMs: fc.integer({ min: 1, max: 10_000 }) }),
    },
    { weight: 1, arbitrary: fc.constant('away' as const) },
    { weight: 1, arbitrary: fc.constant('back' as const) },
  );
  let lost = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(anyEvent, { minLength: 5, maxLength: 40 }),
      async (seed, events) => {
        const cluster = new Cluster({ partitions: 7, seed, failures: 0.05 });
        cluster.join();
        const oneOf = (at: number) => cluster.alive[at % Math.max(1, cluster.alive.length)];
        for (const event of events) {
          if (event === 'join') cluster.join();
          else if (event === 'away' || event === 'back') cluster.isStoreAway = event === 'away';
          else if ('passMs' in event) await cluster.time.pass(event.passMs);
          else {
            const member = oneOf(
              'crash' in event ? event.crash : 'stop' in event ? event.stop : event.stall,
            );
            if (member === undefined) continue;
            if ('crash' in event) cluster.crash(member);
            else if ('stop' in event) cluster.stop(member);
            else cluster.stall(member, event.forMs);
          }
        }
        cluster.isStoreAway = false;
        cluster.join();
        await cluster.time.pass(12_000);
        expect(await cluster.time.until(() => cluster.isBalanced(), 10_000)).toBeLessThan(Infinity);
        expect(cluster.complaints).toEqual([]);
        lost += cluster.lost;
      },
    ),
    { numRuns: 200 },
  );
  // Or nothing of the kind was tried.
  expect(lost).toBeGreaterThan(50);
});
