import { describe, expect, it } from 'vitest';
import { AVAILABLE, AWAY, BUSY } from '../../src/engine/pair.ts';
import { complaintsAbout } from '../delivery/check.ts';
import { type Receiver, simulate, subscriptionTo } from './simulated.ts';

const HOUR_MS = 3_600_000;
const accepts: Receiver = () => ({ status: 202 });
const refuses: Receiver = () => ({ status: 503 });
const ALL = subscriptionTo(1, 'tenant', { delivery: 'each' });
const USERS = Array.from({ length: 20 }, (_, number) => number);

const several = (receiver: Receiver, partitions = 4) =>
  simulate(receiver, {}, { partitions, servers: 2 });

type Simulation = Awaited<ReturnType<typeof several>>;

async function setAll(simulation: Simulation, pair = BUSY): Promise<void> {
  for (const number of USERS) await simulation.set(number, pair);
}

async function moveAll(simulation: Simulation, to: number): Promise<void> {
  for (let partition = 0; partition < simulation.store.partitions; partition++) {
    await simulation.move(partition, to);
  }
}

const complaints = (simulation: Simulation, subscription = ALL) =>
  complaintsAbout({
    delivery: subscription.delivery,
    committed: simulation.committed(subscription),
    arrivals: simulation.arrivals(subscription),
  });

describe('a server', () => {
  it('that has no partition sends nothing', async () => {
    const simulation = await several(accepts);
    await simulation.subscribe(ALL, 1);
    for (let partition = 0; partition < 4; partition++) {
      await simulation.holderOf(partition)?.leave(partition);
    }
    await setAll(simulation);
    await simulation.pass(HOUR_MS, 10);
    expect(simulation.requests).toEqual([]);
  });

  it('tells of users in different partitions under different ids', async () => {
    const simulation = await several(accepts);
    await simulation.subscribe(ALL);
    await setAll(simulation);
    await simulation.settled();
    const ids = simulation.arrivals(ALL).map((each) => each.kind === 'change' && each.id);
    expect(new Set(ids).size).toBe(USERS.length);
    expect(complaints(simulation)).toEqual([]);
  });

  it('that hears late of a subscription delivers all since it was made', async () => {
    const simulation = await several(accepts);
    await setAll(simulation);
    simulation.servers[0]?.deafen();
    await simulation.subscribe(ALL, 1);
    await setAll(simulation, AWAY);
    await simulation.pass(5000, 5);
    expect(simulation.arrivals(ALL)).toEqual([]);
    simulation.servers[0]?.hear();
    await simulation.settled();
    expect(simulation.arrivals(ALL)).toHaveLength(USERS.length);
    expect(complaints(simulation)).toEqual([]);
  });

  it('that never heard of a subscription costs it nothing when it is gone', async () => {
    const simulation = await several(accepts);
    // So that it keeps how far it is.
    await simulation.subscribe(subscriptionTo(2, 'tenant'));
    simulation.servers[0]?.deafen();
    await simulation.subscribe(ALL, 1);
    await setAll(simulation);
    await simulation.pass(5000, 5);
    simulation.kill(0);
    await simulation.takeFree(1);
    await simulation.settled();
    expect(simulation.arrivals(ALL)).toHaveLength(USERS.length);
    expect(complaints(simulation)).toEqual([]);
  });
});

describe('a lease that is lost', () => {
  it.each([
    ['while the work begins', 0],
    ['while its end is waited for', 1],
  ])('%s ends it at once, and another goes on', async (_, isLeaving) => {
    const simulation = await several(refuses, 1);
    const [first, second] = simulation.servers;
    await simulation.subscribe(ALL);
    await setAll(simulation);
    const lease = first?.leases.get(0);
    if (lease === undefined) throw new Error('nobody has the lease');
    const ending = isLeaving === 1 ? first?.notifier.leave(0) : first?.notifier.take(lease);
    first?.notifier.lose(0);
    first?.leases.clear();
    await ending;
    await simulation.seize(0, 1);
    simulation.react(accepts);
    await simulation.pass(HOUR_MS, 20);
    expect(first?.notifier.health(ALL.id)).toMatchObject({ queued: 0, isBehind: false });
    expect(second?.notifier.health(ALL.id)).toMatchObject({ queued: 0, isBehind: false });
    expect(simulation.arrivals(ALL)).toHaveLength(USERS.length);
    expect(complaints(simulation)).toEqual([]);
  });
});

describe('a handover in order', () => {
  it('repeats nothing, and takes along what waits and since when', async () => {
    const simulation = await several(({ url }) => ({
      status: url.endsWith('/lifecycle') ? 202 : 500,
    }));
    await simulation.subscribe(ALL);
    await setAll(simulation);
    await simulation.pass(3 * HOUR_MS, 60);
    await moveAll(simulation, 1);
    await simulation.settled();
    const { notifier } = simulation.servers[1] ?? simulation;
    expect(notifier.health(ALL.id)?.queued).toBe(USERS.length);
    expect(simulation.notifier.health(ALL.id)).toMatchObject({ queued: 0, isBehind: false });
    await simulation.pass(1.1 * HOUR_MS, 60);
    expect(notifier.health(ALL.id)).toMatchObject({ lost: USERS.length, queued: 0 });
    await moveAll(simulation, 0);
    await simulation.settled();
    expect(simulation.notifier.health(ALL.id)?.lost).toBe(USERS.length);
    simulation.react(accepts);
    await setAll(simulation, AVAILABLE);
    await simulation.pass(HOUR_MS, 60);
    await moveAll(simulation, 1);
    await simulation.pass(HOUR_MS, 60);
    const changes = simulation.arrivals(ALL).filter(({ kind }) => kind === 'change');
    expect(changes).toHaveLength(USERS.length);
    expect(complaints(simulation)).toEqual([]);
  });
});

describe('a subscription that nothing ever waited for', () => {
  it('goes on where the others are: what was trimmed since it was made is not missed', async () => {
    const simulation = await several(accepts);
    const quiet = subscriptionTo(2, [100]);
    await simulation.subscribe(quiet);
    await simulation.subscribe(ALL);
    await setAll(simulation);
    await simulation.pass(5000, 5);
    for (let partition = 0; partition < 4; partition++) {
      await simulation.store.trimFeed(partition, simulation.clock.nowMs(), 100);
    }
    simulation.kill();
    await simulation.takeFree(1);
    await simulation.pass(HOUR_MS, 10);
    expect(simulation.arrivals(quiet)).toEqual([]);
    await simulation.set(100, BUSY);
    await simulation.settled();
    expect(simulation.arrivals(quiet)).toHaveLength(1);
  });
});

describe('a server that stalled', () => {
  it('neither sends nor keeps anything when it wakes, before it hears that another took over', async () => {
    const simulation = await several(refuses, 1);
    const [first, second] = simulation.servers;
    await simulation.subscribe(ALL);
    await simulation.set(1, BUSY);
    await simulation.pass(1000, 5);
    // It has delivered, and not kept that, when it stalls.
    simulation.react(accepts);
    await simulation.pass(3000);
    expect(simulation.arrivals(ALL)).toHaveLength(1);
    first?.stall();
    simulation.react(refuses);
    await simulation.seize(0, 1);
    await simulation.set(2, BUSY);
    await simulation.pass(5000, 5);
    const sent = simulation.requests.length;
    const kept = await simulation.store.documentsOf(0).all('deliveries');
    await first?.wake(20);
    expect(simulation.requests).toHaveLength(sent);
    expect(await simulation.store.documentsOf(0).all('deliveries')).toEqual(kept);
    expect(second?.notifier.health(ALL.id)?.queued).toBe(2);
    // What the second keeps now would be taken for all there is.
    await simulation.pass(5000, 5);
    simulation.kill(1);
    simulation.react(accepts);
    await simulation.takeFree(0);
    await simulation.pass(HOUR_MS, 10);
    expect(complaints(simulation)).toEqual([]);
  });
});

describe('a lifecycle notification', () => {
  it('is sent by one server, and by the next one if it hasn’t arrived', async () => {
    const simulation = await several(refuses);
    await simulation.subscribe(ALL);
    await simulation.announce(ALL, 'reauthorizationRequired');
    await simulation.pass(10_000, 10);
    await moveAll(simulation, 1);
    const before = simulation.requests.length;
    expect(before).toBeGreaterThan(1);
    simulation.react(accepts);
    await simulation.pass(HOUR_MS, 60);
    expect(simulation.arrivals(ALL)).toHaveLength(1);
    await moveAll(simulation, 0);
    await simulation.pass(HOUR_MS, 60);
    expect(simulation.arrivals(ALL)).toHaveLength(1);
    expect(await simulation.store.documents.all('lifecycle-notifications')).toEqual(new Map());
  });

  it('is posted once, however many servers there are', async () => {
    const simulation = await several(accepts);
    await simulation.move(1, 1);
    await simulation.move(2, 1);
    for (let number = 1; number <= 20; number++) {
      const subscription = subscriptionTo(number, [number]);
      await simulation.subscribe(subscription);
      await simulation.announce(subscription, 'reauthorizationRequired');
    }
    await simulation.pass(HOUR_MS, 10);
    expect(simulation.requests).toHaveLength(20);
  });

  it('of a loss in any partition comes from where its subscription is at home', async () => {
    const simulation = await several(({ url }) => ({
      status: url.endsWith('/lifecycle') ? 202 : 500,
    }));
    await simulation.subscribe(ALL);
    await simulation.move(1, 1);
    await simulation.move(2, 1);
    await setAll(simulation);
    await simulation.pass(4.5 * HOUR_MS, 100);
    const arrivals = simulation.arrivals(ALL);
    // One of all that is lost at once on a server.
    expect(arrivals.length).toBeGreaterThan(0);
    expect(arrivals.length).toBeLessThanOrEqual(4);
    expect(complaints(simulation)).toEqual([]);
  });
});
