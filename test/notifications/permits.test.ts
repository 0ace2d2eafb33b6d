import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Permits } from '../../src/notifications/permits.ts';

test('nobody gets a permit before they are given out', async () => {
  const permits = new Permits(2);
  const taken: number[] = [];
  const takes = [1, 2, 3].map(async (who) => {
    const letGo = await permits.take();
    taken.push(who);
    return letGo;
  });
  await Promise.resolve();
  expect(taken).toEqual([]);
  permits.open();
  // Giving them out twice makes no more of them.
  permits.open();
  await Promise.all(takes.slice(0, 2));
  expect(taken).toEqual([1, 2]);
  (await takes[0])?.();
  await takes[2];
  expect(taken).toEqual([1, 2, 3]);
});

test('there are never more at work than permits, whoever waits longest is next, and nobody is forgotten', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }),
      async (count, turnsOfEach) => {
        const permits = new Permits(count);
        permits.open();
        const began: number[] = [];
        let atWork = 0;
        const work = async (turns: number, who: number) => {
          const letGo = await permits.take();
          began.push(who);
          atWork++;
          expect(atWork).toBeLessThanOrEqual(count);
          for (let turn = 0; turn < turns; turn++) await Promise.resolve();
          atWork--;
          letGo();
        };
        await Promise.all(turnsOfEach.map(work));
        expect(began).toEqual(turnsOfEach.map((_, who) => who));
      },
    ),
  );
});
