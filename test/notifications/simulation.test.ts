import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Subscription } from '../../src/subscriptions/subscription.ts';
import { complaintsAbout } from '../delivery/check.ts';
import { PAIRS, type Receiver, simulate, subscriptionTo } from './simulated.ts';
import type { Reaction } from './simulated-server.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const USERS = 6;

/** What may happen, in any order. */
const anyEvent = fc.oneof(
  { weight: 12, arbitrary: fc.record({ set: fc.nat(USERS - 1), pair: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ passMs: fc.nat(3 * MINUTE_MS), steps: fc.constant(3) }) },
  { weight: 1, arbitrary: fc.record({ passMs: fc.nat(6 * HOUR_MS), steps: fc.constant(40) }) },
  { weight: 2, arbitrary: fc.constant('kill' as const) },
  { weight: 1, arbitrary: fc.constant('stop' as const) },
  { weight: 1, arbitrary: fc.constant('move' as const) },
  { weight: 1, arbitrary: fc.constant('away' as const) },
  { weight: 1, arbitrary: fc.constant('back' as const) },
  { weight: 3, arbitrary: fc.constant('settle' as const) },
);

/** How receivers react, POST after POST: well in two of three cases, else in every other way. */
const anyReaction: fc.Arbitrary<Reaction> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ status: 202 }) },
  { weight: 1, arbitrary: fc.constantFrom({ status: 500 }, { status: 302 }, { status: 413 }) },
  { weight: 1, arbitrary: fc.record({ taken: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { status: 202, elapsedMs: 5000 },
      { taken: false, elapsedMs: 60_000 },
    ),
  },
);

const SUBSCRIPTIONS: readonly Subscription[] = [
  subscriptionTo(1, [0, 1, 2]),
  subscriptionTo(2, [1, 2, 3], { delivery: 'each' }),
  subscriptionTo(3, 'tenant', { delivery: 'each' }),
  // Two that share an endpoint.
  subscriptionTo(4, 'tenant', { notificationUrl: 'https://receiver.example/3' }),
];

it('nothing is lost, swapped or made up, whatever receivers do and whenever the server dies', async () => {
  let arrived = 0;
  let announced = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyEvent, { minLength: 5, maxLength: 60 }),
      fc.array(anyReaction, { minLength: 10, maxLength: 60 }),
      async (events, reactions) => {
        let next = 0;
        const moody: Receiver = () => reactions[next++ % reactions.length] ?? { status: 202 };
        const simulation = await simulate(moody);
        let subscriptions = SUBSCRIPTIONS;
        for (const subscription of subscriptions) await simulation.subscribe(subscription);
        let moves = 0;
        for (const event of events) {
          if (event === 'settle') await simulation.settled();
          else if (event === 'back') simulation.react(moody);
          else if (event === 'away') {
            // Only for what is sent there: of what was missed, the other address hears.
            simulation.react(({ url }) => ({ status: url.endsWith('/lifecycle') ? 202 : 503 }));
          } else if (event === 'stop') {
            await simulation.stop();
            await simulation.start();
          } else if (event === 'kill') {
            simulation.kill();
            await simulation.start();
          } else if (event === 'move') {
            moves++;
            subscriptions = subscriptions.map((each) => ({
              ...each,
              notificationUrl: `https://receiver.example/${moves}`,
            }));
            for (const subscription of subscriptions) await simulation.change(subscription);
          } else if ('set' in event) await simulation.set(event.set, PAIRS[event.pair]);
          else await simulation.pass(event.passMs, event.steps);
        }
        // Everybody is well again, and there is time.
        simulation.react(() => ({ status: 202 }));
        await simulation.pass(2 * HOUR_MS, 100);
        for (const subscription of subscriptions) {
          const { delivery } = subscription;
          const committed = simulation.committed(subscription);
          const arrivals = simulation.arrivals(subscription);
          arrived += arrivals.length;
          announced += arrivals.filter(({ kind }) => kind === 'missed').length;
          expect(complaintsAbout({ delivery, committed, arrivals })).toEqual([]);
          expect(simulation.notifier.health(subscription.id)).toMatchObject({
            queued: 0,
            isBehind: false,
          });
        }
        await simulation.stop();
      },
    ),
    { numRuns: Number(process.env.DELIVERY_RUNS ?? 150) },
  );
  expect(arrived).toBeGreaterThan(1000);
  expect(announced).toBeGreaterThan(0);
});
