import { expect, it } from 'vitest';
import { liveAll, report } from './histories.ts';

/** Where the seeds begin, and how many there are; each file takes half of them, so that two processors are at work. */
export const SEED = Number(process.env.SIMULATION_SEED ?? 1);
const RUNS = Number(process.env.SIMULATION_RUNS ?? 400);

const FIRST = Math.ceil(RUNS / 2);

/** The test of one half of the histories. */
export function keepsEveryPromise(half: 'first' | 'second'): void {
  const seed = half === 'first' ? SEED : SEED + FIRST;
  const count = half === 'first' ? FIRST : RUNS - FIRST;
  it(`every promise is kept in the ${count} histories from seed ${seed} on`, async () => {
    const { failures, totals } = await liveAll(seed, count);
    console.info(JSON.stringify(totals));
    for (const failure of failures) expect.soft(await report(failure)).toBe('');
    expect(failures).toEqual([]);
    // In so many something happens, or nothing was judged.
    if (count < 100) return;
    expect(totals.changes).toBeGreaterThan(5 * count);
    expect(totals.arrived).toBeGreaterThan(2 * count);
  }, 3_600_000);
}
