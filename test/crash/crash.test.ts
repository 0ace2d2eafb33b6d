import { expect, test } from 'vitest';
import { temporaryFolder } from '../program.ts';
import { crashAgainAndAgain, type Tally } from './lane.ts';

/** How often the server is killed; more on demand. */
const CYCLES = Number(process.env.CRASH_CYCLES ?? 30);

/** Cycle n has the seed SEED + n; one cycle is replayed with its seed and CRASH_CYCLES=1. */
const SEED = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Data folders that are worked on at the same time: while one server starts, another is written to. */
const LANES = Math.min(2, CYCLES);

/** What a cycle may take on a slow machine. */
const CYCLE_MS = 10_000;

test('what was answered survives kill -9 at any instant, and nothing is half done', {
  timeout: CYCLES * CYCLE_MS,
}, async () => {
  console.log(`CRASH_SEED=${SEED} CRASH_CYCLES=${CYCLES}`);
  const startedMs = performance.now();
  const seeds = Array.from({ length: CYCLES }, (_, cycle) => SEED + cycle);
  const halt = new AbortController();
  // All of them, so that none is left running when one fails.
  const lanes = await Promise.allSettled(
    Array.from({ length: LANES }, (_, lane) =>
      crashAgainAndAgain(
        temporaryFolder(),
        seeds.filter((_, index) => index % LANES === lane),
        halt,
      ),
    ),
  );
  const tallies = lanes.map((lane) => {
    if (lane.status === 'rejected') throw lane.reason;
    return lane.value;
  });
  const sum = (name: keyof Tally) => tallies.reduce((total, each) => total + each[name], 0);
  console.log(
    `${sum('cycles')} kills in ${Math.round((performance.now() - startedMs) / 1000)} s: ` +
      `${sum('acknowledged')} acknowledged writes checked, none lost; ` +
      `${sum('keptUnanswered')} of ${sum('unanswered')} unanswered ones were kept; ` +
      `${sum('reads')} reads and ${sum('changes')} changes in the feed agree`,
  );
  expect(sum('cycles')).toBe(CYCLES);
  expect(sum('acknowledged')).toBeGreaterThan(CYCLES * 10);
});
