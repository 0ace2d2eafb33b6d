import type { Profile } from '../../src/graph/settable.ts';
import { createMemory } from '../../src/store/memory.ts';
import { createLeaseTable } from '../../src/store/memory-leases.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from './cast.ts';
import { Diaries } from './diaries.ts';
import { end } from './end.ts';
import type { Watcher } from './faulty-store.ts';
import { Fleet } from './fleet.ts';
import { JudgeOfCalendars } from './judge-of-calendars.ts';
import { JudgeOfDeliveries } from './judge-of-deliveries.ts';
import { JudgeOfRecords } from './judge-of-records.ts';
import { People } from './people.ts';
import { Receivers } from './receivers.ts';
import type { SimulatedServer } from './server.ts';
import { Subscribers } from './subscribers.ts';
import { Trouble } from './trouble.ts';
import { World } from './world.ts';

/** How long the store is in trouble at most, while everything waits for it. */
const MOST_TROUBLE_MS = 10 * SECOND_MS;

/** Leases of servers that share a store. */
const LEASE_MS = 2000;

export interface HistoryOptions {
  /** Ends after so many events: to find the shortest beginning that fails. */
  readonly mostEvents?: number;
  readonly isTraced?: boolean;
}

/** What happened in a history, for whoever counts. */
export interface Account {
  readonly seed: number;
  readonly complaints: readonly string[];
  readonly trace: readonly string[];
  readonly events: number;
  readonly changes: number;
  readonly arrived: number;
  readonly announced: number;
  readonly restarts: number;
}

/** One history, which grows from its seed and is judged on the way. */
export class History {
  readonly #seed: number;
  readonly #mostEvents: number;
  readonly #world: World;
  readonly #trouble: Trouble;
  readonly #fleet: Fleet;
  readonly #records: JudgeOfRecords;
  readonly #deliveries: JudgeOfDeliveries;
  readonly #people: People;
  readonly #diaries: Diaries;
  readonly #subscribers: Subscribers;
  readonly #receivers: Receivers;
  #events = 0;
  #lastTroubleMs = Number.NEGATIVE_INFINITY;
  #troubleEndsMs = 0;

  constructor(seed: number, { mostEvents = Infinity, isTraced = false }: HistoryOptions = {}) {
    const world = new World(seed, isTraced);
    const { random } = world;
    this.#seed = seed;
    this.#mostEvents = mostEvents;
    this.#world = world;
    this.#trouble = new Trouble(world);
    const most = random.chance(0.25) ? 2 : 1;
    const leaseMs = most === 1 ? Number.POSITIVE_INFINITY : LEASE_MS;
    const leases = createLeaseTable({ leaseMs, nowMs: () => world.steady.nowMs() });
    const memory = createMemory({ partitions: random.pick([1, 1, 2, 3]), leases });
    const profile: Profile = random.chance(0.4) ? 'graph' : 'extended';
    const feedRetentionMs = random.chance(0.2) ? 20 * MINUTE_MS : 7 * 24 * HOUR_MS;
    this.#receivers = new Receivers(world, (post) => this.#deliveries.posted(post));
    this.#fleet = new Fleet({
      ...{ world, memory, seed, profile, feedRetentionMs, most },
      ...{ trouble: this.#trouble, receivers: this.#receivers, watcher: this.#watcher() },
      onLoss: (id, letter) => this.#deliveries.lost(id, letter),
      onMove: () => this.#uncalm(),
    });
    const { eye } = this.#fleet;
    this.#records = new JudgeOfRecords(world, eye, feedRetentionMs);
    this.#deliveries = new JudgeOfDeliveries({
      ...{ world, records: this.#records, memory: eye },
      lastTroubleMs: () => this.#lastTroubleMs,
    });
    this.#people = new People(world, this.#records);
    const calendars = new JudgeOfCalendars(world, this.#records);
    this.#diaries = new Diaries(world, this.#people, calendars);
    this.#subscribers = new Subscribers({
      ...{ world, people: this.#people, receivers: this.#receivers },
      ...{ judge: this.#deliveries, profile },
    });
    world.isRestless = () => this.#receivers.underWay > 0 || !this.#fleet.isHeld();
    world.onRest = () => this.#look();
  }

  async run(): Promise<Account> {
    const { complaints, trace = [] } = this.#world;
    try {
      await this.#live();
    } catch (error) {
      this.#world.complain(error instanceof Error ? (error.stack ?? '') : String(error));
    }
    for (const server of this.#fleet.all) if (server.isAlive) server.kill();
    return {
      seed: this.#seed,
      complaints,
      trace,
      events: this.#events,
      changes: this.#records.feed.length,
      arrived: this.#deliveries.arrived,
      announced: this.#deliveries.announced,
      restarts: this.#fleet.restarts,
    };
  }

  async #live(): Promise<void> {
    const { random, complaints } = this.#world;
    await this.#fleet.start();
    if (random.chance(0.8)) this.#subscribers.subscribe(this.#fleet.any() as SimulatedServer);
    const most = random.chance(0.25) ? 60 : 30;
    const events = Math.min(random.between(5, most), this.#mostEvents);
    while (this.#events < events && complaints.length === 0) await this.#happen();
    if (complaints.length > 0) return;
    await end({
      ...{ world: this.#world, trouble: this.#trouble, fleet: this.#fleet },
      ...{ receivers: this.#receivers, people: this.#people, diaries: this.#diaries },
      ...{ subscribers: this.#subscribers, deliveries: this.#deliveries },
      wasWell: () => this.#lastTroubleMs < 0,
    });
  }

  async #happen(): Promise<void> {
    const { random } = this.#world;
    this.#events++;
    const server = this.#fleet.any();
    if (server === undefined) {
      if (this.#trouble.isOn && random.chance(0.5)) await this.#endTrouble();
      else await this.#fleet.start();
      return;
    }
    const chosen = random.next() * 100;
    if (chosen < 17) this.#people.setSession(server);
    else if (chosen < 25) this.#people.keepAlive(server);
    else if (chosen < 39) this.#people.saySomethingElse(server);
    else if (chosen < 44) this.#people.ask(server);
    else if (chosen < 51) this.#diaries.write(server);
    else if (chosen < 58) this.#subscribers.act(server);
    else if (chosen < 63) this.#receivers.changeMood();
    else if (chosen < 85) return this.#pass();
    else if (chosen < 88) return this.#step();
    else if (chosen < 92) return this.#disturb();
    else if (chosen < 95) return this.#fleet.kill(server);
    else if (chosen < 97) return this.#fleet.stop(server);
    else if (chosen < 98.5) return this.#miss(server);
    else if (!this.#fleet.isWhole) return this.#fleet.start();
    // Some things happen while others are under way, and have come so far.
    if (random.chance(0.5)) return this.#world.rest();
    for (let turns = random.between(0, 25); turns > 0; turns--) await undefined;
  }

  /** Time passes: a little, to an edge or until just before it, or for long. */
  async #pass(): Promise<void> {
    const world = this.#world;
    const { random } = world;
    let forMs = random.pick([
      () => random.between(0, 3 * SECOND_MS),
      () => random.between(0, 8 * MINUTE_MS),
      () => this.#nextEdgeMs() - world.nowMs,
      () => this.#nextEdgeMs() - world.nowMs,
      () => this.#nextEdgeMs() - world.nowMs - 1,
      () => (random.chance(0.2) ? random.between(0, 5 * HOUR_MS) : 5 * MINUTE_MS),
    ])();
    if (!Number.isFinite(forMs)) forMs = MINUTE_MS;
    if (this.#trouble.isOn) forMs = Math.min(forMs, this.#troubleEndsMs - world.steady.nowMs());
    world.say(() => `${forMs} ms pass`);
    await world.pass(Math.max(0, forMs), () => {
      const server = this.#fleet.any();
      if (server !== undefined) this.#people.ask(server);
    });
    if (this.#trouble.isOn && world.steady.nowMs() >= this.#troubleEndsMs) await this.#endTrouble();
  }

  /** A receiver is away for longer than the feed may be kept, or than anybody waits for it, and people go on. */
  async #miss(server: SimulatedServer): Promise<void> {
    const { random } = this.#world;
    if (this.#trouble.isOn) await this.#endTrouble();
    this.#receivers.loseOne();
    for (let changes = random.between(1, 3); changes > 0; changes--) {
      this.#people.setSession(server);
      await this.#world.pass(random.between(1, MINUTE_MS));
    }
    await this.#world.pass(random.chance(0.5) ? 25 * MINUTE_MS : 4.5 * HOUR_MS);
    if (random.chance(0.5)) await this.#fleet.kill(server);
  }

  #nextEdgeMs(): number {
    const { nowMs } = this.#world;
    let nextMs = Infinity;
    for (const model of this.#records.models()) nextMs = Math.min(nextMs, model.nextEdgeMs(nowMs));
    return nextMs;
  }

  /** The clock is set, and nobody was there on the way. */
  async #step(): Promise<void> {
    const { random, nowMs } = this.#world;
    const byMs = random.pick([1, SECOND_MS, 6 * MINUTE_MS, 20 * MINUTE_MS, 2 * HOUR_MS]);
    const sign = random.chance(0.7) ? -1 : 1;
    this.#world.say(() => `the clock is set by ${sign * byMs} ms`);
    this.#uncalm(nowMs + sign * byMs);
    await this.#world.setClock(nowMs + sign * byMs);
    this.#world.stir();
  }

  async #disturb(): Promise<void> {
    const { random } = this.#world;
    if (this.#trouble.isOn && random.chance(0.5)) return this.#endTrouble();
    const kind = random.next();
    if (kind < 0.5) this.#trouble.failSome();
    else if (kind < 0.8) this.#trouble.slowDown();
    else this.#trouble.loseHints();
    if (this.#troubleEndsMs < this.#world.steady.nowMs()) {
      this.#troubleEndsMs = this.#world.steady.nowMs() + MOST_TROUBLE_MS;
    }
  }

  async #endTrouble(): Promise<void> {
    this.#trouble.end();
    this.#troubleEndsMs = 0;
    await this.#world.rest();
  }

  /** Nothing that is late by now has to be explained. */
  #uncalm(atMs = this.#world.nowMs): void {
    this.#records.calmSinceMs = atMs;
  }

  async #look(): Promise<void> {
    const isTroubled = this.#trouble.isOn;
    if (isTroubled || !this.#fleet.isHeld()) this.#uncalm();
    this.#deliveries.look();
    if (isTroubled) this.#lastTroubleMs = this.#world.steady.nowMs();
    await this.#records.look();
  }

  #watcher(): Watcher {
    const asking = () => this.#people.asking;
    return {
      get asking() {
        return asking();
      },
      taken: (taken) => this.#records.taken(taken),
      reads: (question, tenantId, userIds) => this.#records.reads(question, tenantId, userIds),
      wrote: (partition, edits) => {
        if (partition === 0) this.#deliveries.wrote(edits);
      },
    };
  }
}
