import { assignment } from '../../src/sharing/assignment.ts';
import { createHoldings, type Holdings } from '../../src/sharing/holdings.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { createLeaseTable } from '../../src/store/memory-leases.ts';
import type { Lease, Leases } from '../../src/store/store.ts';
import { Random } from '../crash/random.ts';
import { VirtualTime } from './virtual-time.ts';

/** A server of the simulation. */
export interface Member {
  readonly name: string;
  readonly holdings: Holdings;
  /** What it works on, as it believes. */
  readonly working: Map<number, Lease>;
  isAlive: boolean;
  stalledUntilMs: number;
}

/** Since when nobody works on a partition, and because of what. */
interface Idle {
  readonly sinceMs: number;
  readonly because: Cause;
}

export type Cause = 'start' | 'crash' | 'lost' | 'handed over';

export interface ClusterOptions {
  readonly partitions: number;
  readonly seed: number;
  readonly leaseMs?: number;
  /** Of how many calls one fails. */
  readonly failures?: number;
}

/**
 * Many servers and their store, in one process and in virtual time. Each call takes 0.2 to 20 ms there and as
 * much back, in no order; a server can die, or stand still while its calls and time go on.
 */
export class Cluster {
  readonly time = new VirtualTime();
  readonly partitions: number;
  readonly members: Member[] = [];
  /** Each breach of what must always hold. */
  readonly complaints: string[] = [];
  readonly longestIdleMs: Record<Cause, number> = {
    start: 0,
    crash: 0,
    lost: 0,
    'handed over': 0,
  };
  calls = 0;
  taken = 0;
  lost = 0;
  isStoreAway = false;
  readonly #random: Random;
  readonly #failures: number;
  readonly #leaseMs: number;
  readonly #table;
  readonly #idle = new Map<number, Idle>();
  readonly #assignments = new Map<string, readonly string[]>();
  #joined = 0;
  /** To whom the event that just happened came. */
  #touched: Member | undefined;

  constructor({ partitions, seed, leaseMs = 2000, failures = 0 }: ClusterOptions) {
    this.partitions = partitions;
    this.#random = new Random(seed);
    this.#failures = failures;
    this.#leaseMs = leaseMs;
    this.#table = createLeaseTable({ leaseMs, nowMs: () => this.time.nowMs() });
    this.time.afterEach = () => this.#check();
    for (let partition = 0; partition < partitions; partition++) {
      this.#idle.set(partition, { sinceMs: 0, because: 'start' });
    }
  }

  get alive(): Member[] {
    return this.members.filter(({ isAlive }) => isAlive);
  }

  /** Starts a server; it is ready when it is. */
  join(): Member {
    const { time } = this;
    const name = `server ${this.#joined++}`;
    const working = new Map<number, Lease>();
    const member: Member = {
      name,
      working,
      isAlive: true,
      stalledUntilMs: 0,
      holdings: createHoldings({
        leases: this.#leasesOf(name, () => member),
        partitions: this.partitions,
        clock: {
          nowMs: () => time.nowMs(),
          alarm: (atMs, ring) => {
            let isOff = false;
            time.at(atMs, () => !isOff && this.#happens(member, () => !isOff && ring()));
            return () => {
              isOff = true;
            };
          },
        },
        assign: (names, partitions) => this.#assign(names, partitions),
        onTaken: (lease) => {
          this.#mustBeAlone(member, lease);
          this.taken++;
          working.set(lease.partition, lease);
          this.#worked(lease.partition);
        },
        onLeaving: (lease) =>
          new Promise((resolve) => {
            time.after(this.#random.between(0, 30), () => {
              this.#happens(member, () => {
                // Unless it was lost while it was being left.
                if (working.get(lease.partition) === lease) {
                  working.delete(lease.partition);
                  this.#isIdle(lease.partition, 'handed over');
                }
                resolve();
              });
            });
          }),
        onLost: (lease) => {
          this.lost++;
          if (working.get(lease.partition) !== lease) return;
          working.delete(lease.partition);
          this.#isIdle(lease.partition, 'lost');
        },
        onError: (error) => {
          if (!(error instanceof StoreUnavailable)) this.complaints.push(`${name}: ${error}`);
        },
      }),
    };
    this.members.push(member);
    void member.holdings.start();
    return member;
  }

  /** Ends a server in order; `isAlive` is false once that is done. */
  stop(member: Member): void {
    void member.holdings.stop().then(() => {
      member.isAlive = false;
      if (member.working.size > 0) this.complaints.push(`${member.name} stopped, and works on`);
    });
  }

  crash(member: Member): void {
    member.isAlive = false;
    for (const partition of member.working.keys()) this.#isIdle(partition, 'crash');
  }

  stall(member: Member, forMs: number): void {
    member.stalledUntilMs = this.time.nowMs() + forMs;
  }

  /** Whether each partition is worked on by who should, as far as those go who are there. */
  isBalanced(): boolean {
    const alive = this.alive;
    const assigned = this.#assign(
      alive.map(({ name }) => name),
      this.partitions,
    );
    const has = new Map(alive.map(({ name, working }) => [name, working]));
    return assigned.every((name, partition) => has.get(name)?.has(partition) === true);
  }

  /** Partitions that nobody works on, a server that stands still included. */
  get idle(): number {
    return this.#idle.size;
  }

  /** What has to hold after each event: who says that it has a lease has it, and works on nothing else. */
  #check(): void {
    const member = this.#touched;
    this.#touched = undefined;
    if (member === undefined || !member.isAlive) return;
    const has = new Set(member.holdings.partitions);
    for (const partition of has) {
      const lease = member.holdings.lease(partition);
      if (lease === undefined || !this.#table.isHeld(lease)) {
        this.complaints.push(`${member.name} says that it has partition ${partition}`);
      }
    }
    for (const partition of member.working.keys()) {
      if (!has.has(partition)) {
        this.complaints.push(`${member.name} works on partition ${partition} without a lease`);
      }
    }
  }

  /** Just before a server's work begins: of those that run, nobody else says that it has the partition. */
  #mustBeAlone(member: Member, { partition }: Lease): void {
    for (const other of this.alive) {
      if (other === member || other.stalledUntilMs > this.time.nowMs()) continue;
      if (other.holdings.lease(partition) !== undefined) {
        this.complaints.push(`${other.name} and ${member.name} have partition ${partition}`);
      }
    }
  }

  /** Something reaches a server: now, when it stands still later, and never when it is dead. */
  #happens(member: Member, run: () => void): void {
    if (!member.isAlive) return;
    if (member.stalledUntilMs <= this.time.nowMs()) {
      this.#touched = member;
      run();
      return;
    }
    // What has waited comes in any order: alarms before answers, or after.
    const lateMs = this.#random.next() / 100;
    this.time.at(member.stalledUntilMs + lateMs, () => this.#happens(member, run));
  }

  #leasesOf(name: string, member: () => Member): Leases {
    const real = this.#table.join(name);
    const call = <Outcome>(run: () => Promise<Outcome>): Promise<Outcome> => {
      this.calls++;
      const there = this.#delayMs();
      const back = this.#delayMs();
      const isFailing = this.#random.chance(this.#failures);
      const isDone = this.#random.chance(0.5);
      return new Promise((resolve, reject) => {
        this.time.after(there, () => {
          const isLost = this.isStoreAway || isFailing;
          const outcome = this.isStoreAway || (isFailing && !isDone) ? undefined : run();
          this.time.after(back, () => {
            this.#happens(member(), () => {
              if (isLost) reject(new StoreUnavailable('away', 1000, { mayBeKept: isDone }));
              else resolve(outcome as Promise<Outcome>);
            });
          });
        });
      });
    };
    return {
      self: name,
      leaseMs: this.#leaseMs,
      attend: () => call(real.attend),
      take: (partition) => call(() => real.take(partition)),
      renew: (leases) => call(() => real.renew(leases)),
      release: (lease) => call(() => real.release(lease)),
      leave: () => call(real.leave),
    };
  }

  #delayMs(): number {
    return 0.2 + this.#random.next() * 19.8;
  }

  #assign(names: readonly string[], partitions: number): readonly string[] {
    const key = [...names].sort().join();
    const assigned = this.#assignments.get(key) ?? assignment(names, partitions);
    this.#assignments.set(key, assigned);
    return assigned;
  }

  #isIdle(partition: number, because: Cause): void {
    // Lost by one who stood still, and worked on by another for long.
    if (this.alive.some(({ working }) => working.has(partition))) return;
    if (!this.#idle.has(partition)) {
      this.#idle.set(partition, { sinceMs: this.time.nowMs(), because });
    }
  }

  #worked(partition: number): void {
    const idle = this.#idle.get(partition);
    if (idle === undefined) return;
    this.#idle.delete(partition);
    const forMs = this.time.nowMs() - idle.sinceMs;
    this.longestIdleMs[idle.because] = Math.max(this.longestIdleMs[idle.because], forMs);
  }
}
