import { setTimeout as after } from 'node:timers/promises';
import type { DeliveryTerms } from '../../src/notifications/terms.ts';
import { Random } from '../crash/random.ts';
import { FastTime } from './fast-time.ts';
import { type Identity, newIdentity, USERS } from './identity.ts';
import { Gone, Life } from './life.ts';
import { type Load, lastWords, startLoad } from './load.ts';
import { type Failure, MoodyReceiver } from './receiver.ts';
import { Subscribers } from './subscribers.ts';
import { wishes } from './subscribing.ts';

const MINUTE_MS = 60_000;
/** How far the clock is set forward: past the fading of a session, and the end of some. */
const JUMP_MINUTES = { least: 2, most: 12 };
/** At the end: nothing that was set lasts so long. */
const END_MS = 60 * MINUTE_MS;
/** Counted from the order to open; the others from when it listens. */
const KILL_EARLY_MS = { least: 0, most: 120 };
const KILL_AFTER_MS = { least: 40, most: 450 };
const KILL_AFTER_CALLS = { least: 1, most: 30 };
const JUMP_AFTER_MS = { least: 0, most: 225 };

export interface RunOptions {
  readonly dataDir: string;
  readonly seed: number;
  readonly kills: number;
  readonly terms: DeliveryTerms;
  /** How often one of the addresses is away for a whole life of the server. */
  readonly awayChance: number;
  /** Whether the terms are such that some are given up: in the middle life that is waited for. */
  readonly givesUp: boolean;
}

/** What a run has left, beside the store. */
export interface RunOutcome {
  readonly receiver: MoodyReceiver;
  readonly subscribers: Subscribers;
  readonly tenantId: string;
  /** Writes of presence that were answered. */
  readonly answered: number;
  readonly killedEarly: number;
  /** What the servers logged. */
  readonly complaints: string;
}

/** Kills a server again and again while it notifies a receiver that fails again and again. */
export async function runDelivery(options: RunOptions): Promise<RunOutcome> {
  const time = new FastTime();
  const receiver = new MoodyReceiver(new Random(options.seed + 1), time);
  await receiver.open();
  const run = new Run(options, time, receiver, await newIdentity(time.nowMs()));
  try {
    for (let kill = 0; kill < options.kills; kill++) {
      await run.live(kill === 0, kill === options.kills >> 1);
    }
    await run.liveOn();
  } finally {
    await run.end();
    await receiver.close();
  }
  return run;
}

class Run implements RunOutcome {
  readonly receiver: MoodyReceiver;
  readonly subscribers: Subscribers;
  readonly tenantId: string;
  readonly #options: RunOptions;
  readonly #identity: Identity;
  readonly #random: Random;
  readonly #time: FastTime;
  #next = new Life();
  answered = 0;
  killedEarly = 0;
  complaints = '';

  constructor(options: RunOptions, time: FastTime, receiver: MoodyReceiver, identity: Identity) {
    this.#options = options;
    this.#identity = identity;
    this.tenantId = identity.trusted.tenantId;
    this.#time = time;
    this.#random = new Random(options.seed);
    this.receiver = receiver;
    const [token = ''] = identity.tokens.values();
    this.subscribers = new Subscribers(this.#random, time, { origin: receiver.origin, token });
  }

  /** A life that ends with a kill. */
  async live(isFirst: boolean, isMiddle: boolean): Promise<void> {
    const random = this.#random;
    if (!isFirst && random.chance(0.5)) this.#jump();
    this.#bringAway(this.#options.awayChance);
    const life = await this.#begin();
    const opening = this.#open(life);
    // Killed before it is open, it is gone before anybody asks.
    opening.catch(() => {});
    let load: Load | undefined;
    try {
      if (!isFirst && !isMiddle && random.chance(0.15)) {
        await after(random.between(KILL_EARLY_MS.least, KILL_EARLY_MS.most));
      } else {
        const origin = await opening;
        if (isFirst) await this.subscribers.subscribeFirst(() => origin);
        const isCalm = !isFirst && !isMiddle && random.chance(0.25);
        if (isCalm) await this.#calmDown(life);
        load = startLoad(this.#loadParts(origin));
        load.ended.catch(() => {});
        const meanwhile = isCalm
          ? this.#afterCalm(origin)
          : this.#meanwhile(life, origin, isMiddle);
        await Promise.race([meanwhile, load.ended]);
        load.expectEnd();
      }
    } finally {
      await life.kill();
      this.complaints += life.complaints;
    }
    await opening.catch((error: unknown) => {
      if (!(error instanceof Gone)) throw error;
      this.killedEarly++;
    });
    this.answered += (await load?.ended) ?? 0;
    // What it sent must not be heard after what the next one sends.
    await this.receiver.alone();
  }

  /** The last life: the receiver is well, and everything comes to its end. */
  async liveOn(): Promise<void> {
    this.receiver.isWell = true;
    const life = await this.#begin();
    try {
      const origin = await this.#open(life);
      this.answered += await lastWords(this.#loadParts(origin));
      this.#time.advance(END_MS);
      life.setTime(this.#time.reading);
      await life.settled({ isOver: true });
      await life.close();
    } finally {
      await life.kill();
      this.complaints += life.complaints;
    }
    await this.receiver.alone();
  }

  /** Ends what waits for its turn. */
  end(): Promise<void> {
    return this.#next.kill();
  }

  /** Until it is to be killed. */
  async #meanwhile(life: Life, origin: string, isMiddle: boolean): Promise<void> {
    const random = this.#random;
    const { receiver, subscribers } = this;
    if (isMiddle) {
      await subscribers.subscribeLate(origin);
      if (this.#options.givesUp) await this.#seeGivenUp(life);
    } else {
      subscribers.begin(origin);
    }
    if (random.chance(0.5)) {
      await after(random.between(JUMP_AFTER_MS.least, JUMP_AFTER_MS.most));
      this.#jump();
      life.setTime(this.#time.reading);
    }
    const enough = after(random.between(KILL_AFTER_MS.least, KILL_AFTER_MS.most));
    const calls = random.between(KILL_AFTER_CALLS.least, KILL_AFTER_CALLS.most);
    await (random.chance(0.5) ? Promise.race([enough, receiver.more(calls)]) : enough);
  }

  /** Lets everything be delivered, and be kept as delivered, before it goes on. */
  async #calmDown(life: Life): Promise<void> {
    this.receiver.isWell = true;
    await life.settled({ isOver: false });
    this.#bringAway(1);
  }

  /** Somebody subscribes when the first things wait again, before it is kept that they do. */
  async #afterCalm(origin: string): Promise<void> {
    const random = this.#random;
    await this.receiver.more(random.between(1, 5));
    await this.subscribers.subscribeBriefly(origin);
    await after(random.between(0, 20));
  }

  /** Lets an address be away for longer than the server has patience. */
  async #seeGivenUp(life: Life): Promise<void> {
    const path = '/shared';
    this.receiver.away = { path, failure: 'status 500' };
    await this.receiver.more(2, (call) => call.path === path);
    this.#jump();
    life.setTime(this.#time.reading);
    await this.receiver.more(1, ({ body }) => body.includes('"missed"'));
  }

  /** A process that has loaded the program; the one after it begins to. */
  async #begin(): Promise<Life> {
    const life = this.#next;
    await life.ready;
    this.#next = new Life();
    return life;
  }

  #open(life: Life): Promise<string> {
    const { dataDir, terms } = this.#options;
    const time = this.#time.reading;
    const { trusted } = this.#identity;
    return life.open({ address: `lmdb:${dataDir}`, time, terms, trusted });
  }

  #loadParts(origin: string) {
    return { origin, tokens: this.#identity.tokens, userIds: USERS, random: this.#random };
  }

  #jump(): void {
    this.#time.advance(this.#random.between(JUMP_MINUTES.least, JUMP_MINUTES.most) * MINUTE_MS);
  }

  #bringAway(chance: number): void {
    const random = this.#random;
    const { receiver } = this;
    receiver.isWell = false;
    const failure = random.pick<Failure>(['hang', 'status 500', 'reset after the body was read']);
    const { path } = random.pick(wishes(USERS));
    receiver.away = random.chance(chance) ? { path, failure } : undefined;
  }
}
