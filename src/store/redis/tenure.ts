import { StoreUnavailable, StoreUnusable } from '../errors.ts';
import { newHolder } from '../holder.ts';
import type { StoreHealth } from '../store.ts';
import { FENCE, LEASE } from './keys.ts';
import { holderSaid } from './lease-value.ts';
import { type Link, RETRY_AFTER_MS } from './link.ts';
import { bytes, bytesOrNone, integer, list } from './reply.ts';
import { RELEASE_LEASE, RENEW_LEASE, TAKE_LEASE } from './script.ts';

/** How often a lease is renewed while it holds. */
const BEATS_A_LEASE = 3;

/** How often it is tried while it can't be. */
const RETRY_MS = 250;

/** How often a server that starts looks whether the lease is free. */
const LOOK_MS = 100;

export interface TenureOptions {
  /** How long what was asked for is waited for. */
  readonly timeoutMs: number;
  /** How long the lease holds after its holder was heard of last. */
  readonly leaseMs: number;
}

/** A lease as Redis gave it, and its time then, Unix time in ms. */
interface Taken {
  readonly value: Buffer;
  readonly redisMs: number;
}

/**
 * The lease by which one server serves the store. Redis holds it for a few seconds, and it is renewed all the
 * time; each script that writes is given its value and writes nothing when another has it, so a server
 * that stalled does no harm. It is taken up again after Redis was away, unless somebody else has had it: then
 * what this server knows of the store may be out of date, and it stays out.
 */
export class Tenure {
  readonly #link: Link;
  readonly #leaseMs: number;
  readonly #timeoutMs: number;
  /** How far Redis' clock is ahead of the one here that never steps, or less: an answer takes its time. */
  #aheadMs: number;
  /** The lease as Redis has it: the number of its taking, and who took it. */
  readonly value: Buffer;
  #reason: string | undefined;
  #isLost = false;
  #isOver = false;
  #beating: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(link: Link, taken: Taken, { leaseMs, timeoutMs }: TenureOptions) {
    this.#link = link;
    this.value = taken.value;
    this.#leaseMs = leaseMs;
    this.#timeoutMs = timeoutMs;
    this.#aheadMs = taken.redisMs - performance.now();
    link.onBack(() => void this.renew());
    this.#beatLater();
  }

  /** Lets a write go on. @throws StoreUnavailable when it would be in vain */
  admit(): void {
    if (this.#reason !== undefined) throw new StoreUnavailable(this.#reason, RETRY_AFTER_MS);
  }

  /**
   * Until when a script that is sent now may write, by Redis' clock: later we have given it up, and said
   * so. A server that was stopped reads what it was sent before when it goes on.
   */
  deadlineMs(): number {
    return Math.floor(performance.now() + this.#aheadMs + this.#timeoutMs);
  }

  health(): StoreHealth {
    return this.#reason === undefined
      ? { writable: true }
      : { writable: false, reason: this.#reason };
  }

  /** A write failed: none goes on until the lease was renewed. */
  doubt(reason: string): void {
    this.#reason ??= reason;
    void this.renew();
  }

  /** Why a script wrote nothing: without the lease, or too late. If it can be had again, coming back helps. */
  async refusal(): Promise<StoreUnavailable> {
    await this.renew();
    const reason = this.#reason ?? `${this.#link.name}: the lease had run out, or it was too late`;
    return new StoreUnavailable(reason, RETRY_AFTER_MS);
  }

  /** Renews the lease now. Doesn't reject: `admit` and `health` say how it went. */
  renew(): Promise<void> {
    this.#beating ??= this.#beat().finally(() => {
      this.#beating = undefined;
      this.#beatLater();
    });
    return this.#beating;
  }

  /** Lets others have the store. */
  async release(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#beating;
    await this.#link.run(RELEASE_LEASE, [LEASE], [this.value]).catch(() => {
      // Redis is away: the lease runs out by itself.
    });
  }

  async #beat(): Promise<void> {
    if (this.#isLost || this.#isOver) return;
    try {
      const keys = [LEASE, FENCE];
      const reply = list(await this.#link.run(RENEW_LEASE, keys, [this.value, this.#leaseMs]));
      if (integer(reply[0]) === 1) {
        this.#aheadMs = integer(reply[1]) - performance.now();
        this.#reason = undefined;
      } else this.#lose(bytesOrNone(reply[1]));
    } catch (error) {
      this.#reason = error instanceof Error ? error.message : String(error);
    }
  }

  #lose(other: Buffer | undefined): void {
    this.#isLost = true;
    this.#reason =
      other === undefined
        ? `${this.#link.name}: another server has served the store since, or its data went back in time; start this one again`
        : `${this.#link.name}: ${holderSaid(other)} since this server stalled; start this one again`;
  }

  #beatLater(): void {
    clearTimeout(this.#timer);
    if (this.#isLost || this.#isOver) return;
    const inMs = this.#reason === undefined ? this.#leaseMs / BEATS_A_LEASE : RETRY_MS;
    this.#timer = setTimeout(() => void this.renew(), inMs);
  }
}

/**
 * Takes the lease. One that a killed server left is waited for until it runs out; one that is renewed
 * meanwhile has a holder that lives.
 * @throws StoreUnusable StoreInUse
 */
export async function beginTenure(link: Link, options: TenureOptions): Promise<Tenure> {
  const own = newHolder();
  let foundMs = Number.POSITIVE_INFINITY;
  for (;;) {
    const args = [JSON.stringify(own), options.leaseMs];
    const [isOurs, value, ms] = list(await link.run(TAKE_LEASE, [LEASE, FENCE], args));
    if (integer(isOurs) === 1) {
      return new Tenure(link, { value: bytes(value), redisMs: integer(ms) }, options);
    }
    const stillMs = integer(ms);
    // Without an end it is none of ours, and would be waited for in vain.
    if (stillMs > foundMs || stillMs < 0) {
      const said = holderSaid(bytes(value));
      throw new StoreUnusable('StoreInUse', link.name, said);
    }
    foundMs = stillMs;
    await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_MS, stillMs + 1)));
  }
}
