import { expect, test } from 'vitest';
import type { Subscription } from '../../src/subscriptions/subscription.ts';
import { PAIRS, simulate, subscriptionTo } from '../notifications/simulated.ts';
import { complaintsAbout } from './check.ts';

const HOUR_MS = 3_600_000;

type Simulation = Awaited<ReturnType<typeof simulate>>;

/** Gives everything its time, with everybody well again. */
async function complaintsInTheEnd(simulation: Simulation, subscription: Subscription) {
  simulation.react(() => ({ status: 202 }));
  await simulation.pass(2 * HOUR_MS, 100);
  await simulation.stop();
  const committed = simulation.committed(subscription);
  const arrivals = simulation.arrivals(subscription);
  return complaintsAbout({ delivery: subscription.delivery, committed, arrivals });
}

test('what waits for one subscription outlives a crash right after another was made', async () => {
  const simulation = await simulate(() => ({ status: 202 }));
  const first = subscriptionTo(1, 'tenant', { delivery: 'each' });
  await simulation.subscribe(first);
  await simulation.set(0, PAIRS[0]);
  // It is kept that nothing waits.
  await simulation.pass(5000, 10);
  simulation.react(() => ({ taken: false }));
  await simulation.set(0, PAIRS[1]);
  await simulation.settled();
  await simulation.subscribe(subscriptionTo(2, 'tenant'));
  simulation.kill();
  await simulation.start();
  expect(await complaintsInTheEnd(simulation, first)).toEqual([]);
});

test('a loss while the word of an earlier one is under way gets a word of its own', async () => {
  const terms = { dropsForHanging: true, longestBackOffMs: 1000 };
  const simulation = await simulate(() => ({ status: 202 }), terms);
  const hanging = subscriptionTo(1, 'tenant', { delivery: 'each' });
  await simulation.subscribe(hanging);
  let words = 0;
  simulation.react(({ url }) => {
    if (!url.endsWith('/lifecycle')) return { taken: false, elapsedMs: 60_000 };
    if (++words === 1) void simulation.set(1, PAIRS[2]);
    return { status: 202 };
  });
  await simulation.set(0, PAIRS[1]);
  for (let tries = 0; tries < 12; tries++) await simulation.pass(2000);
  expect(simulation.notifier.health(hanging.id)?.state).toBe('drop');
  await simulation.set(0, PAIRS[3]);
  await simulation.settled();
  expect(simulation.notifier.health(hanging.id)?.lost).toBe(2);
  expect(words).toBe(2);
  expect(await complaintsInTheEnd(simulation, hanging)).toEqual([]);
});
