import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Subscription } from '../../src/subscriptions/subscription.ts';
import { complaintsAbout } from '../delivery/check.ts';
import { PAIRS, type Receiver, simulate, subscriptionTo } from './simulated.ts';
import type { Reaction } from './simulated-server.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const USERS = 8;
const PARTITIONS = 3;
const SERVERS = 3;

const aServer = fc.nat(SERVERS - 1);
const aPartition = fc.nat(PARTITIONS - 1);
const aChange = fc.record({ set: fc.nat(USERS - 1), pair: fc.nat(3) });

/** What may happen, in any order. */
const anyEvent = fc.oneof(
  { weight: 14, arbitrary: aChange },
  { weight: 3, arbitrary: fc.constant('settle' as const) },
  { weight: 5, arbitrary: fc.record({ passMs: fc.nat(5000), steps: fc.constant(2) }) },
  { weight: 1, arbitrary: fc.record({ passMs: fc.nat(6 * HOUR_MS), steps: fc.constant(20) }) },
  { weight: 3, arbitrary: fc.record({ move: aPartition, to: aServer }) },
  { weight: 3, arbitrary: fc.record({ kill: aServer, next: aServer }) },
  { weight: 3, arbitrary: fc.record({ stall: aServer, next: aServer, meanwhile: aChange }) },
  { weight: 3, arbitrary: fc.record({ wake: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ stop: aServer, next: aServer }) },
  { weight: 2, arbitrary: fc.record({ join: aServer }) },
  { weight: 2, arbitrary: fc.record({ deafen: aServer }) },
  { weight: 2, arbitrary: fc.record({ subscribe: aServer, meanwhile: aChange }) },
  { weight: 1, arbitrary: fc.constant('address' as const) },
  { weight: 1, arbitrary: fc.constant('away' as const) },
  { weight: 1, arbitrary: fc.constant('back' as const) },
);

/** How receivers react, POST after POST: well in most cases, else in every other way. */
const anyReaction: fc.Arbitrary<Reaction> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ status: 202 }) },
  { weight: 1, arbitrary: fc.constantFrom({ status: 500 }, { status: 413 }) },
  { weight: 1, arbitrary: fc.record({ taken: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { status: 202, elapsedMs: 5000 },
      { taken: false, elapsedMs: 60_000 },
    ),
  },
);

const FIRST: readonly Subscription[] = [
  subscriptionTo(1, [0, 1, 2]),
  subscriptionTo(2, [1, 2, 3], { delivery: 'each' }),
  subscriptionTo(3, 'tenant'),
  // Shares an endpoint.
  subscriptionTo(4, 'tenant', { delivery: 'each', notificationUrl: 'https://receiver.example/3' }),
];

type AnyEvent = typeof anyEvent extends fc.Arbitrary<infer E> ? E : never;

/** One history of several servers, and all that was promised in it. */
class History {
  readonly #moody: Receiver;
  readonly #simulation: Awaited<ReturnType<typeof simulate>>;
  subscriptions: Subscription[] = [];
  #addresses = 0;

  constructor(simulation: Awaited<ReturnType<typeof simulate>>, moody: Receiver) {
    this.#simulation = simulation;
    this.#moody = moody;
  }

  async begin(): Promise<void> {
    for (const [at, each] of FIRST.entries()) await this.#subscribe(each, at % SERVERS);
    await this.#simulation.move(1, 1);
    await this.#simulation.move(2, 2);
  }

  async happens(event: AnyEvent): Promise<void> {
    const simulation = this.#simulation;
    const { servers } = simulation;
    if (event === 'settle') await simulation.settled();
    else if (event === 'back') simulation.react(this.#moody);
    else if (event === 'away') {
      // Only for what is sent there: of what was missed, the other address hears.
      simulation.react(({ url }) => ({ status: url.endsWith('/lifecycle') ? 202 : 503 }));
    } else if (event === 'address') await this.#changeAddresses();
    else if ('set' in event) await this.#set(event);
    else if ('passMs' in event) await simulation.pass(event.passMs, event.steps);
    else if ('move' in event) {
      if (this.#isWell(event.to)) await simulation.move(event.move, event.to);
    } else if ('kill' in event) {
      if (!this.#isWell(event.kill)) return;
      simulation.kill(event.kill);
      await this.#takeOver(event.kill, event.next);
    } else if ('stop' in event) {
      if (!this.#isWell(event.stop) || this.#wellOnes().length === 1) return;
      await simulation.stop(event.stop);
      await this.#takeOver(event.stop, event.next);
    } else if ('stall' in event) await this.#stall(event);
    else if ('wake' in event) await this.#wake(event.wake);
    else if ('join' in event) {
      if (servers[event.join]?.isAlive === false) await simulation.start(event.join);
    } else if ('deafen' in event) servers[event.deafen]?.deafen();
    else if (this.#isWell(event.subscribe)) {
      const next = subscriptionTo(this.subscriptions.length + 1, 'tenant', {
        delivery: this.subscriptions.length % 2 === 0 ? 'each' : 'latest',
      });
      await this.#subscribe(next, event.subscribe, () => this.#set(event.meanwhile));
    }
  }

  /** Everybody is well again, and there is time. */
  async end(): Promise<void> {
    const simulation = this.#simulation;
    simulation.react(() => ({ status: 202 }));
    await this.#wake(1);
    for (const server of simulation.servers) server.hear();
    for (const [at, { isAlive }] of simulation.servers.entries()) {
      if (!isAlive) await simulation.start(at);
    }
    await simulation.takeFree(0);
    await simulation.pass(2 * HOUR_MS, 60);
  }

  #set({ set, pair }: { readonly set: number; readonly pair: number }): Promise<void> {
    return this.#simulation.set(set, PAIRS[pair]);
  }

  async #subscribe(next: Subscription, at: number, meanwhile?: () => Promise<void>): Promise<void> {
    this.subscriptions.push(next);
    await this.#simulation.subscribe(next, at, meanwhile);
  }

  /** What it holds another server has before it gets any time again. */
  async #stall({ stall, next, meanwhile }: Extract<AnyEvent, { stall: number }>): Promise<void> {
    const simulation = this.#simulation;
    const server = simulation.servers[stall];
    if (server === undefined || !this.#isWell(stall) || this.#wellOnes().length === 1) return;
    // In the middle of something, perhaps.
    await this.#set(meanwhile);
    for (let turn = 0; turn < meanwhile.pair; turn++) await Promise.resolve();
    server.stall();
    const taker = this.#wellOnes().includes(next) ? next : (this.#wellOnes()[0] ?? 0);
    for (const partition of server.leases.keys()) await simulation.seize(partition, taker);
  }

  async #wake(patience: number): Promise<void> {
    for (const server of this.#simulation.servers) {
      if (server.isStalled && server.isAlive) await server.wake(patience);
    }
  }

  async #takeOver(gone: number, next: number): Promise<void> {
    const well = this.#wellOnes();
    if (well.length === 0) await this.#simulation.start(gone);
    else await this.#simulation.takeFree(well.includes(next) ? next : (well[0] ?? 0));
  }

  async #changeAddresses(): Promise<void> {
    this.#addresses++;
    const notificationUrl = `https://receiver.example/elsewhere/${this.#addresses}`;
    this.subscriptions = this.subscriptions.map((each) => ({ ...each, notificationUrl }));
    for (const each of this.subscriptions) await this.#simulation.change(each);
  }

  #isWell(at: number): boolean {
    return this.#wellOnes().includes(at);
  }

  #wellOnes(): number[] {
    const { servers } = this.#simulation;
    return [...servers.keys()].filter((at) => servers[at]?.isAlive && !servers[at]?.isStalled);
  }
}

it('nothing is lost, swapped or made up, whichever servers come, go, stall and hand over', async () => {
  let arrived = 0;
  let announced = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyEvent, { minLength: 10, maxLength: 60, size: 'max' }),
      fc.array(anyReaction, { minLength: 10, maxLength: 60 }),
      async (events, reactions) => {
        let next = 0;
        const moody: Receiver = () => reactions[next++ % reactions.length] ?? { status: 202 };
        const simulation = await simulate(moody, {}, { partitions: PARTITIONS, servers: SERVERS });
        const history = new History(simulation, moody);
        await history.begin();
        for (const event of events) await history.happens(event);
        await history.end();
        for (const subscription of history.subscriptions) {
          const { delivery } = subscription;
          const committed = simulation.committed(subscription);
          const arrivals = simulation.arrivals(subscription);
          arrived += arrivals.length;
          announced += arrivals.filter(({ kind }) => kind === 'missed').length;
          expect(complaintsAbout({ delivery, committed, arrivals })).toEqual([]);
          for (const { notifier } of simulation.servers) {
            const health = notifier.health(subscription.id);
            expect(health).toMatchObject({ queued: 0, isBehind: false });
          }
        }
        for (const [at, { isAlive }] of simulation.servers.entries()) {
          if (isAlive) await simulation.stop(at);
        }
      },
    ),
    { numRuns: Number(process.env.DELIVERY_RUNS ?? 150) },
  );
  expect(arrived).toBeGreaterThan(1000);
  expect(announced).toBeGreaterThan(0);
});
