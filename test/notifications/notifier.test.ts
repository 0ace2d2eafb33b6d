import { describe, expect, it } from 'vitest';
import { AVAILABLE, AWAY, BUSY } from '../../src/engine/pair.ts';
import { complaintsAbout } from '../delivery/check.ts';
import { type Receiver, simulate, subscriptionTo } from './simulated.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const accepts: Receiver = () => ({ status: 202 });
const refuses: Receiver = () => ({ status: 503 });

const numbersOf = (arrivals: readonly { readonly kind: string }[]) =>
  arrivals.filter(({ kind }) => kind === 'change').length;

describe('a subscription', () => {
  it('is told of each change of its users, in order, and of nobody else’s', async () => {
    const simulation = await simulate(accepts);
    const subscription = subscriptionTo(1, [1, 2]);
    await simulation.subscribe(subscription);
    for (const pair of [BUSY, AWAY, BUSY, AVAILABLE]) {
      await simulation.set(1, pair);
      await simulation.set(3, pair);
    }
    await simulation.settled();
    const arrivals = simulation.arrivals(subscription);
    expect(arrivals).toHaveLength(4);
    const committed = simulation.committed(subscription);
    expect(complaintsAbout({ delivery: 'each', committed, arrivals })).toEqual([]);
  });

  it('hears nothing of what was before it', async () => {
    const simulation = await simulate(accepts);
    await simulation.set(1, BUSY);
    const subscription = subscriptionTo(1, [1]);
    await simulation.subscribe(subscription);
    await simulation.settled();
    expect(simulation.arrivals(subscription)).toEqual([]);
    expect(simulation.requests).toEqual([]);
  });

  it('to everyone of a tenant hears of each user', async () => {
    const simulation = await simulate(accepts);
    const subscription = subscriptionTo(1, 'tenant');
    await simulation.subscribe(subscription);
    for (let number = 0; number < 50; number++) await simulation.set(number, BUSY);
    await simulation.settled();
    expect(numbersOf(simulation.arrivals(subscription))).toBe(50);
  });

  it('gets many changes in few POSTs, none of them above 100 KB', async () => {
    const simulation = await simulate(accepts);
    const subscription = subscriptionTo(1, 'tenant', { clientState: 'x'.repeat(128) });
    await simulation.subscribe(subscription);
    await Promise.all(Array.from({ length: 1000 }, (_, number) => simulation.set(number, BUSY)));
    await simulation.settled();
    expect(numbersOf(simulation.arrivals(subscription))).toBe(1000);
    expect(simulation.requests.length).toBeLessThan(40);
    const longest = Math.max(...simulation.requests.map(({ body }) => String(body).length));
    expect(longest).toBeLessThan(100 * 1024);
  });

  it('that ended hears nothing more', async () => {
    const simulation = await simulate(accepts);
    const subscription = subscriptionTo(1, [1]);
    await simulation.subscribe(subscription);
    await simulation.end(subscription);
    await simulation.set(1, BUSY);
    await simulation.settled();
    expect(simulation.arrivals(subscription)).toEqual([]);
    expect(simulation.notifier.health(subscription.id)).toBeUndefined();
  });

  it('that moves to another address gets there what waited', async () => {
    const there = 'https://elsewhere.example/';
    const simulation = await simulate(({ url }) => ({ status: url === there ? 202 : 500 }));
    const subscription = subscriptionTo(1, [1]);
    await simulation.subscribe(subscription);
    await simulation.set(1, BUSY);
    await simulation.settled();
    expect(simulation.arrivals(subscription)).toEqual([]);
    await simulation.change({ ...subscription, notificationUrl: there });
    await simulation.settled();
    expect(simulation.arrivals(subscription)).toHaveLength(1);
  });

  it('waits while its token has ended, and goes on when it is reauthorized', async () => {
    const simulation = await simulate(accepts);
    const authorizedUntilMs = simulation.clock.nowMs() + HOUR_MS;
    const subscription = subscriptionTo(1, [1], { authorizedUntilMs });
    await simulation.subscribe(subscription);
    await simulation.pass(HOUR_MS);
    await simulation.set(1, BUSY);
    await simulation.pass(HOUR_MS);
    expect(simulation.arrivals(subscription)).toEqual([]);
    expect(simulation.notifier.health(subscription.id)).toMatchObject({
      state: 'paused',
      queued: 1,
    });
    await simulation.change({ ...subscription, authorizedUntilMs: authorizedUntilMs * 2 });
    await simulation.settled();
    expect(simulation.arrivals(subscription)).toHaveLength(1);
  });
});

describe('a receiver that was away', () => {
  it.each([
    { what: 'the latest of each user, and not the steps on the way', delivery: 'latest', count: 2 },
    { what: 'each step if its subscription asked for it', delivery: 'each', count: 8 },
  ] as const)('gets $what', async ({ delivery, count }) => {
    const simulation = await simulate(refuses);
    const subscription = subscriptionTo(1, [1, 2], { delivery });
    await simulation.subscribe(subscription);
    for (const pair of [BUSY, AWAY, AVAILABLE, BUSY]) {
      await simulation.set(1, pair);
      await simulation.set(2, pair);
      await simulation.pass(MINUTE_MS);
    }
    simulation.react(accepts);
    await simulation.pass(HOUR_MS, 60);
    const arrivals = simulation.arrivals(subscription);
    expect(arrivals).toHaveLength(count);
    const committed = simulation.committed(subscription);
    expect(complaintsAbout({ delivery, committed, arrivals })).toEqual([]);
  });

  it('costs a POST now and then, of one item, whatever waits', async () => {
    const simulation = await simulate(refuses);
    const subscription = subscriptionTo(1, 'tenant');
    await simulation.subscribe(subscription);
    await Promise.all(Array.from({ length: 2000 }, (_, number) => simulation.set(number, BUSY)));
    await simulation.pass(HOUR_MS, 600);
    // Pauses grow from a second to ten minutes.
    expect(simulation.requests.length).toBeLessThan(25);
    const last = JSON.parse(String(simulation.requests.at(-1)?.body)) as { value: unknown[] };
    expect(last.value).toHaveLength(1);
  });

  it('for four hours is told once that something was missed, and gets what comes then', async () => {
    const simulation = await simulate(({ url }) => ({
      status: url.endsWith('/lifecycle') ? 202 : 500,
    }));
    const subscription = subscriptionTo(1, [1, 2]);
    await simulation.subscribe(subscription);
    await simulation.set(1, BUSY);
    await simulation.set(2, BUSY);
    await simulation.pass(3.9 * HOUR_MS, 100);
    expect(simulation.arrivals(subscription)).toEqual([]);
    await simulation.pass(0.4 * HOUR_MS, 30);
    expect(simulation.arrivals(subscription)).toEqual([{ kind: 'missed', committed: 2 }]);
    expect(simulation.notifier.health(subscription.id)).toMatchObject({ lost: 2, queued: 0 });
    simulation.react(accepts);
    await simulation.set(1, AWAY);
    await simulation.pass(HOUR_MS, 60);
    const arrivals = simulation.arrivals(subscription);
    expect(arrivals).toHaveLength(2);
    const committed = simulation.committed(subscription);
    expect(complaintsAbout({ delivery: 'each', committed, arrivals })).toEqual([]);
  });

  it('for longer than memory holds what waits gets all of it from the feed', async () => {
    const simulation = await simulate(refuses);
    const subscription = subscriptionTo(1, 'tenant', { delivery: 'each' });
    await simulation.subscribe(subscription);
    for (const pair of [BUSY, AWAY, AVAILABLE]) {
      await Promise.all(Array.from({ length: 5000 }, (_, number) => simulation.set(number, pair)));
      await simulation.settled();
    }
    expect(simulation.notifier.health(subscription.id)).toMatchObject({
      queued: 10_000,
      isBehind: true,
    });
    simulation.react(accepts);
    await simulation.pass(HOUR_MS, 60);
    const arrivals = simulation.arrivals(subscription);
    expect(numbersOf(arrivals)).toBe(15_000);
    const committed = simulation.committed(subscription);
    expect(complaintsAbout({ delivery: 'each', committed, arrivals })).toEqual([]);
  });
});

describe('a restart', () => {
  it('delivers what was committed while nobody was there to tell of it', async () => {
    const simulation = await simulate(accepts);
    const subscription = subscriptionTo(1, [1]);
    await simulation.subscribe(subscription);
    simulation.kill();
    await simulation.set(1, BUSY);
    await simulation.start();
    await simulation.settled();
    expect(simulation.arrivals(subscription)).toHaveLength(1);
  });

  it('repeats nothing after the server was stopped in order', async () => {
    const simulation = await simulate(accepts);
    const subscription = subscriptionTo(1, [1]);
    await simulation.subscribe(subscription);
    await simulation.set(1, BUSY);
    await simulation.settled();
    await simulation.stop();
    await simulation.start();
    await simulation.pass(HOUR_MS, 10);
    expect(simulation.arrivals(subscription)).toHaveLength(1);
  });

  it('repeats under the same id what a kill made it forget', async () => {
    const simulation = await simulate(accepts);
    const subscription = subscriptionTo(1, [1]);
    await simulation.subscribe(subscription);
    await simulation.set(1, BUSY);
    await simulation.settled();
    simulation.kill();
    await simulation.start();
    await simulation.settled();
    const arrivals = simulation.arrivals(subscription);
    expect(arrivals).toHaveLength(2);
    expect(arrivals[0]).toEqual(arrivals[1]);
  });

  it('forgets neither that a receiver is away since hours, nor what waits for it', async () => {
    const simulation = await simulate(({ url }) => ({
      status: url.endsWith('/lifecycle') ? 202 : 500,
    }));
    const subscription = subscriptionTo(1, [1]);
    await simulation.subscribe(subscription);
    await simulation.set(1, BUSY);
    await simulation.pass(3 * HOUR_MS, 60);
    simulation.kill();
    await simulation.start();
    await simulation.pass(1.1 * HOUR_MS, 60);
    expect(simulation.arrivals(subscription)).toEqual([{ kind: 'missed', committed: 1 }]);
  });

  it('keeps a lifecycle notification until it has arrived', async () => {
    const simulation = await simulate(refuses);
    const subscription = subscriptionTo(1, [1]);
    await simulation.subscribe(subscription);
    await simulation.announce(subscription, 'subscriptionRemoved');
    await simulation.end(subscription);
    simulation.kill();
    await simulation.start();
    simulation.react(accepts);
    await simulation.pass(HOUR_MS, 60);
    expect(simulation.arrivals(subscription)).toHaveLength(1);
    simulation.kill();
    await simulation.start();
    await simulation.pass(HOUR_MS, 60);
    expect(simulation.arrivals(subscription)).toHaveLength(1);
  });

  it('says that something was missed when the feed no longer holds it', async () => {
    const simulation = await simulate(refuses);
    const subscription = subscriptionTo(1, [1]);
    await simulation.subscribe(subscription);
    await simulation.set(1, BUSY);
    await simulation.settled();
    await simulation.pass(2000);
    await simulation.store.trimFeed(0, simulation.clock.nowMs() + 1, 100);
    simulation.kill();
    await simulation.start();
    simulation.react(accepts);
    await simulation.pass(HOUR_MS, 60);
    expect(simulation.arrivals(subscription)).toEqual([{ kind: 'missed', committed: 1 }]);
  });
});
