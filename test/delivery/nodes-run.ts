import { setTimeout as after } from 'node:timers/promises';
import type { DeliveryTerms } from '../../src/notifications/terms.ts';
import { Random } from '../crash/random.ts';
import type { RedisServer } from '../redis-server.ts';
import { FastTime } from './fast-time.ts';
import { type Identity, newIdentity, USERS } from './identity.ts';
import type { Life } from './life.ts';
import { Node } from './node.ts';
import { NodesLoad } from './nodes-load.ts';
import { type Failure, MoodyReceiver } from './receiver.ts';
import { Stalls } from './stalls.ts';
import { Subscribers } from './subscribers.ts';
import { wishes } from './subscribing.ts';

const MINUTE_MS = 60_000;
/** As for one server. */
const JUMP_MINUTES = { least: 2, most: 12 };
const END_MS = 60 * MINUTE_MS;

/** From one fault to the next: shorter than a lease, or longer. */
const CYCLE_MS = { least: 200, most: 2200 };
/** How long a killed node stays away. */
const AWAY_MS = { least: 0, most: 3000 };
/** Longer than a lease, which is 2 s. */
const STALL_MS = { least: 3000, most: 5000 };
const REDIS_AWAY_MS = { least: 0, most: 1500 };

/** What is done to a node, or to Redis, which is started again with all it had. */
export type Fault = 'kill' | 'stall' | 'kill Redis';

export interface NodesRunOptions {
  readonly redis: RedisServer;
  readonly seed: number;
  readonly nodes: number;
  /** How often something happens to one of them. */
  readonly cycles: number;
  readonly terms: DeliveryTerms;
  /** What happens, one after another, and again from the first. */
  readonly faults: readonly Fault[];
}

/** Kills and stalls servers on one Redis again and again, while they notify a receiver that fails again and again. */
export async function runNodes(options: NodesRunOptions): Promise<NodesRun> {
  const time = new FastTime();
  const receiver = new MoodyReceiver(new Random(options.seed + 1), time);
  await receiver.open();
  const run = new NodesRun(options, time, receiver, await newIdentity(time.nowMs()));
  try {
    await run.begin();
    await run.goOn();
    await run.settle();
  } finally {
    await run.end();
    await receiver.close();
  }
  return run;
}

export class NodesRun {
  readonly receiver: MoodyReceiver;
  readonly subscribers: Subscribers;
  readonly tenantId: string;
  readonly stalls = new Stalls();
  readonly #options: NodesRunOptions;
  readonly #identity: Identity;
  readonly #random: Random;
  readonly #time: FastTime;
  readonly #nodes: readonly Node[];
  /** Faults that are being mended. */
  readonly #mending = new Set<Promise<void>>();
  /** The first thing that went wrong with the test itself. */
  #fault: unknown;
  /** Writes of presence that were answered. */
  answered = 0;
  kills = 0;
  redisKills = 0;
  /** What servers logged that never stalled. */
  logged = '';
  /** How long it took at the end until nothing waited any more. */
  settledMs = 0;

  constructor(
    options: NodesRunOptions,
    time: FastTime,
    receiver: MoodyReceiver,
    identity: Identity,
  ) {
    const { trusted, tokens } = identity;
    this.#options = options;
    this.#identity = identity;
    this.#time = time;
    this.#random = new Random(options.seed);
    this.tenantId = trusted.tenantId;
    this.receiver = receiver;
    const [token = ''] = tokens.values();
    this.subscribers = new Subscribers(this.#random, time, { origin: receiver.origin, token });
    const { terms, redis } = options;
    const address = `${redis.url}?partitions=6`;
    const onOver = (life: Life) => {
      if (!this.stalls.has(life.name)) this.logged += life.complaints;
    };
    this.#nodes = Array.from(
      { length: options.nodes },
      () => new Node({ address, time, terms, trusted, onOver }),
    );
  }

  async begin(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.start()));
    await this.subscribers.subscribeFirst(() => this.#anywhere());
  }

  /** So many faults, while everybody writes; in the end all nodes live, and the receiver is well. */
  async goOn(): Promise<void> {
    const random = this.#random;
    const { cycles, faults } = this.#options;
    const { tokens } = this.#identity;
    const load = new NodesLoad({ nodes: this.#nodes, tokens, userIds: USERS, random });
    try {
      for (let cycle = 0; cycle < cycles; cycle++) {
        this.#bringAway();
        if (cycle === cycles >> 1) await this.#subscribeLate();
        else if (this.#nodes.some((node) => node.isWell)) this.subscribers.begin(this.#anywhere());
        if (random.chance(0.5)) this.#jump();
        await after(random.between(CYCLE_MS.least, CYCLE_MS.most));
        await this.#strike(faults[cycle % faults.length]);
        this.#mustBeRight(load);
      }
      await Promise.all(this.#mending);
      this.receiver.isWell = true;
      await load.lastWords();
    } finally {
      await load.stop();
    }
    this.#mustBeRight(load);
    this.answered = load.answered;
  }

  /** Everything comes to its end. */
  async settle(): Promise<void> {
    this.#advance(END_MS);
    const startedMs = performance.now();
    const [first] = this.#nodes;
    await first?.life.settled({ isOver: true });
    this.settledMs = performance.now() - startedMs;
    for (const node of this.#nodes) await node.close();
    await this.receiver.alone();
  }

  async end(): Promise<void> {
    await Promise.all(this.#mending);
    await Promise.all(this.#nodes.map((node) => node.kill()));
  }

  #mustBeRight({ fault = this.#fault }: NodesLoad): void {
    if (fault !== undefined) throw fault;
  }

  /** At least one of the nodes gets time. */
  async #strike(fault: Fault | undefined): Promise<void> {
    const random = this.#random;
    if (fault === 'kill Redis') return this.#killRedis();
    const well = this.#nodes.filter((node) => node.isWell);
    // The last one is waited for: what happens to it then meets one that has just begun.
    if (well.length < 2) {
      await Promise.race(this.#mending);
      // One that couldn't be started is well no more.
      if (this.#fault !== undefined) throw this.#fault;
      return this.#strike(fault);
    }
    const node = random.pick(well);
    if (random.chance(0.5)) await Promise.race([this.receiver.more(1), after(CYCLE_MS.most)]);
    if (fault === 'stall') {
      const over = this.stalls.begin(node.life.name);
      this.#mend(node.stall(random.between(STALL_MS.least, STALL_MS.most)).then(over));
      return;
    }
    this.kills++;
    await node.kill();
    this.#mend(after(random.between(AWAY_MS.least, AWAY_MS.most)).then(() => node.start()));
  }

  async #killRedis(): Promise<void> {
    const random = this.#random;
    const { redis } = this.#options;
    // A server that starts without Redis ends: that isn't what is looked for here.
    await Promise.all(this.#mending);
    this.redisKills++;
    await redis.kill();
    await after(random.between(REDIS_AWAY_MS.least, REDIS_AWAY_MS.most));
    await redis.start();
  }

  #mend(mending: Promise<void>): void {
    const all = this.#mending;
    const mended = mending
      .catch((error: unknown) => {
        this.#fault ??= error;
      })
      .finally(() => all.delete(mended));
    all.add(mended);
  }

  /** While nothing is done to a node. */
  async #subscribeLate(): Promise<void> {
    await Promise.all(this.#mending);
    await this.subscribers.subscribeLate(this.#anywhere());
  }

  /** Of a node that is well. */
  #anywhere(): string {
    const { origin } = this.#random.pick(this.#nodes.filter((node) => node.isWell));
    return origin ?? '';
  }

  #jump(): void {
    this.#advance(this.#random.between(JUMP_MINUTES.least, JUMP_MINUTES.most) * MINUTE_MS);
  }

  #advance(ms: number): void {
    this.#time.advance(ms);
    for (const node of this.#nodes) node.setTime();
  }

  #bringAway(): void {
    const random = this.#random;
    const { receiver } = this;
    receiver.isWell = false;
    const failure = random.pick<Failure>(['hang', 'status 500', 'reset after the body was read']);
    const { path } = random.pick(wishes(USERS));
    receiver.away = random.chance(0.2) ? { path, failure } : undefined;
  }
}
