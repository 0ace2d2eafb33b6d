import { expect, it } from 'vitest';
import { live } from './histories.ts';
import { keepsEveryPromise, SEED } from './promises.ts';

keepsEveryPromise('first');

it('takes the same course each time', async () => {
  for (let seed = SEED; seed < SEED + 10; seed++) {
    const [once, again] = [
      await live(seed, { isTraced: true }),
      await live(seed, { isTraced: true }),
    ];
    expect(once.trace.length).toBeGreaterThan(5);
    expect(again.trace.join('\n')).toBe(once.trace.join('\n'));
  }
});
