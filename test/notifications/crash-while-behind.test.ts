import { expect, it } from 'vitest';
import { AWAY, BUSY } from '../../src/engine/pair.ts';
import { complaintsAbout } from '../delivery/check.ts';
import { simulate, subscriptionTo } from './simulated.ts';

const HOUR_MS = 3_600_000;
const EARLY = subscriptionTo(1, [1], { delivery: 'each' });
const LATE = subscriptionTo(2, [2], { delivery: 'each' });
const ALL = [EARLY, LATE];

/** More than a page of the feed. */
const MANY = 1100;

/** Lets everything happen that no clock has to be moved for, and needn't come to an end. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
}

// Those at rest have no place of their own: what is kept as the place of the tail speaks for them, too, and
// a place beyond what they have read would be all that the next holder knows.
it.each([
  ['before they have read anything', 0],
  ['between two pages', 1],
])('a crash while those at rest catch up, %s, costs them nothing', async (_, pages) => {
  const simulation = await simulate(() => ({ status: 202 }), {}, { servers: 2 });
  for (const each of ALL) await simulation.subscribe(each);
  // It is kept that nothing waits for them.
  await simulation.pass(5000, 5);
  simulation.kill(0);
  for (let at = 0; at < MANY; at++) await simulation.set(1, at % 2 === 0 ? BUSY : AWAY);
  await simulation.set(2, BUSY);

  const { end } = await simulation.store.feedBounds(0);
  const [, second] = simulation.servers;
  second?.holdReading(end, pages);
  await simulation.takeFree(1);
  // The tail tells of something new, far beyond where they are; time enough to keep that goes by.
  await simulation.set(3, BUSY);
  for (let second = 0; second < 5; second++) {
    await turns();
    simulation.clock.advance(1000);
  }
  await turns();
  expect(second?.notifier.health(LATE.id)?.isBehind).toBe(true);
  expect(simulation.arrivals(LATE)).toEqual([]);
  simulation.kill(1);

  await simulation.start(0);
  await simulation.pass(HOUR_MS, 20);
  for (const each of ALL) {
    const { delivery } = each;
    const [committed, arrivals] = [simulation.committed(each), simulation.arrivals(each)];
    expect(committed.length).toBeGreaterThan(0);
    expect(complaintsAbout({ delivery, committed, arrivals })).toEqual([]);
  }
});
