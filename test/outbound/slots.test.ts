import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Slots } from '../../src/outbound/slots.ts';

test('hosts that wait are served in turn, each in its own order', () => {
  const slots = new Slots({ total: 1, perHost: 1 });
  const started: string[] = [];
  const leave = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) =>
    slots.take(name.slice(0, 1), () => started.push(name)),
  );
  const order = ['a1', 'a2', 'b1', 'c1', 'a3', 'b2'];
  for (const name of order) {
    expect(started.at(-1)).toBe(name);
    leave[['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].indexOf(name)]?.();
  }
  expect(started).toEqual(order);
});

test('whatever comes and goes, the limits hold and nobody is forgotten', () => {
  const host = fc.constantFrom('a', 'b', 'c', 'd');
  const step = fc.oneof(fc.record({ take: host }), fc.record({ leave: fc.nat(60) }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const slots = new Slots({ total: 4, perHost: 2 });
      const takers: { host: string; state: 'waiting' | 'taken' | 'left'; leave: () => void }[] = [];
      const count = (state: string, of?: string) =>
        takers.filter((each) => each.state === state && (of ?? each.host) === each.host).length;
      for (const each of steps) {
        if ('take' in each) {
          const taker = { host: each.take, state: 'waiting' as const, leave: () => {} };
          takers.push(taker);
          taker.leave = slots.take(each.take, () => Object.assign(taker, { state: 'taken' }));
        } else {
          const taker = takers[each.leave % Math.max(1, takers.length)];
          if (taker === undefined) continue;
          taker.state = 'left';
          taker.leave();
        }
        expect(count('taken')).toBeLessThanOrEqual(4);
        for (const name of ['a', 'b', 'c', 'd']) {
          expect(count('taken', name)).toBeLessThanOrEqual(2);
          const hasRoom = count('taken') < 4 && count('taken', name) < 2;
          if (hasRoom) expect(count('waiting', name)).toBe(0);
        }
      }
    }),
  );
});
