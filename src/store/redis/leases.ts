import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { StoreUnavailable } from '../errors.ts';
import type { Lease, Leases } from '../store.ts';
import { MEMBERS } from './keys.ts';
import { type Link, RETRY_AFTER_MS } from './link.ts';
import type { Partition } from './partition.ts';
import { integer, list, text } from './reply.ts';
import { ATTEND, LEAVE, RELEASE_LEASE, RENEW_LEASE, TAKE_LEASE } from './script.ts';

/** What scripts/take-lease.lua says when the server first has to be told that the partition begins on it. */
const BEGIN_FIRST = -1;
const MAX_BEGINNINGS = 3;

export interface LeasesParts {
  readonly link: Link;
  /** @throws TypeError for one that there isn't */
  readonly partitionAt: (number: number) => Partition;
  readonly leaseMs: number;
  /** Throws once the store is closed. */
  readonly mustBeOpen: () => void;
}

/** Leases that Redis lets run out by its own clock, and who of the servers is there. */
export class RedisLeases implements Leases {
  readonly self = `${hostname()}/${process.pid}/${randomBytes(6).toString('hex')}`;
  readonly leaseMs: number;
  readonly #parts: LeasesParts;
  readonly #held = new Map<number, Lease>();

  constructor(parts: LeasesParts) {
    this.#parts = parts;
    this.leaseMs = parts.leaseMs;
  }

  /** What Redis has for a lease of this server's. */
  valueOf({ fence }: Lease): string {
    return `${fence} ${this.self}`;
  }

  async attend(): Promise<readonly string[]> {
    const { link, mustBeOpen } = this.#parts;
    mustBeOpen();
    const members = list(await link.run(ATTEND, [MEMBERS], [this.self, this.leaseMs]));
    return members.map(text).sort();
  }

  async take(partition: number): Promise<Lease | undefined> {
    const { link, mustBeOpen } = this.#parts;
    mustBeOpen();
    const place = this.#parts.partitionAt(partition);
    const keys = [place.keys.lease, place.keys.state];
    for (let beginning = 0; beginning < MAX_BEGINNINGS; beginning++) {
      const fence = integer(await link.run(TAKE_LEASE, keys, [this.self, this.leaseMs]));
      if (fence === BEGIN_FIRST) await place.begin(link);
      else if (fence === 0) return undefined;
      else {
        const lease = { partition, fence };
        this.#held.set(partition, lease);
        return lease;
      }
    }
    throw new StoreUnavailable(`${link.name}: its servers take turns`, RETRY_AFTER_MS);
  }

  async renew(leases: readonly Lease[]): Promise<readonly Lease[]> {
    const { link, mustBeOpen } = this.#parts;
    mustBeOpen();
    // Fails as a whole when one can't be asked: left out, it would count as another server's.
    const renewed = await Promise.all(
      leases.map(async (lease) => {
        const { keys } = this.#parts.partitionAt(lease.partition);
        const args = [this.valueOf(lease), this.leaseMs];
        return integer(await link.run(RENEW_LEASE, [keys.lease], args)) === 1;
      }),
    );
    return leases.filter((_, at) => renewed[at]);
  }

  async release(lease: Lease): Promise<void> {
    this.#parts.mustBeOpen();
    await this.#release(lease);
  }

  async leave(): Promise<void> {
    this.#parts.mustBeOpen();
    await this.#leave();
  }

  /** Lets go of all there is, as far as Redis is there: the rest runs out by itself. */
  async close(): Promise<void> {
    const leases = [...this.#held.values()];
    await Promise.allSettled([this.#leave(), ...leases.map((lease) => this.#release(lease))]);
  }

  async #release(lease: Lease): Promise<void> {
    const { keys } = this.#parts.partitionAt(lease.partition);
    if (this.#held.get(lease.partition)?.fence === lease.fence) this.#held.delete(lease.partition);
    await this.#parts.link.run(RELEASE_LEASE, [keys.lease], [this.valueOf(lease)]);
  }

  async #leave(): Promise<void> {
    await this.#parts.link.run(LEAVE, [MEMBERS], [this.self]);
  }
}
