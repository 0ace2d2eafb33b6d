import { StoreUnavailable } from '../errors.ts';
import type { StoreHealth } from '../store.ts';
import { META } from './keys.ts';
import { type Link, RETRY_AFTER_MS } from './link.ts';
import { metaFields } from './meta.ts';
import type { Partition } from './partition.ts';
import { list, text } from './reply.ts';
import { BEAT } from './script.ts';

/** How often it is tried while all is well. */
const BEAT_MS = 1000;

/** How often it is tried while writes fail. */
const RETRY_MS = 250;

/**
 * The heartbeat: finds out all the time whether Redis takes writes, and what its clock says, which is the one
 * that all servers on it go by. It is the clock of the server that has partition 0, and each partition that
 * failed is tried too until it works again.
 */
export class Pulse {
  readonly #link: Link;
  readonly #partitions: readonly Partition[];
  /** Partitions whose last write failed, with the reason. */
  readonly #failing = new Map<number, string>();
  /** How far Redis' clock is ahead of this machine's, ms. */
  #aheadMs: number | undefined;
  #otherStore: string | undefined;
  #isOver = false;
  #beating: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(link: Link, partitions: readonly Partition[]) {
    this.#link = link;
    this.#partitions = partitions;
    link.onBack(() => void this.beat());
  }

  /** @throws StoreUnavailable where there is another store now than the one that was opened */
  mustBeSame(): void {
    const reason = this.#otherStore;
    if (reason !== undefined) throw new StoreUnavailable(reason, RETRY_AFTER_MS);
  }

  health(): StoreHealth {
    const [first] = this.#failing.values();
    const reason = this.#otherStore ?? first;
    return reason === undefined ? { writable: true } : { writable: false, reason };
  }

  aheadMs(): number {
    return Math.round(this.#aheadMs ?? 0);
  }

  /** A write of a partition was carried out. */
  reached(partition: number): void {
    this.#failing.delete(partition);
  }

  /** A write of a partition failed. */
  failed(partition: number, error: unknown): void {
    const isFirst = this.#failing.size === 0;
    this.#failing.set(partition, error instanceof Error ? error.message : String(error));
    if (isFirst) this.#beatLater();
  }

  /** Beats now. Doesn't reject: `health` says how it went. */
  beat(): Promise<void> {
    this.#beating ??= this.#beatAll().finally(() => {
      this.#beating = undefined;
      this.#beatLater();
    });
    return this.#beating;
  }

  /** No more of it. */
  async stop(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#beating;
  }

  async #beatAll(): Promise<void> {
    if (this.#isOver) return;
    const tried = this.#partitions.filter(
      ({ number }) => number === 0 || this.#failing.has(number),
    );
    const clock = this.#readClock().catch(() => {
      // What was known of it goes on.
    });
    await Promise.all([clock, ...tried.map((partition) => this.#beatOne(partition))]);
  }

  async #beatOne({ number, keys }: Partition): Promise<void> {
    const isFirst = number === 0;
    const where = isFirst ? [keys.state, META] : [keys.state];
    const meta = metaFields(this.#partitions.length);
    try {
      const found = await this.#link.run(BEAT, where, meta, { confirm: true });
      this.reached(number);
      if (isFirst) this.#noticeMeta(text(found));
    } catch (error) {
      this.failed(number, error);
    }
  }

  /**
   * Its clock was read at some instant of the round trip, so what it is ahead by is known up to half of that.
   * An estimate that agrees with it stays, so that the time doesn't go to and fro.
   */
  async #readClock(): Promise<void> {
    const sentMs = performance.now();
    const [seconds, us] = list(await this.#link.ask(META, 'TIME', [])).map((each) => text(each));
    const redisMs = Number(seconds) * 1000 + Number(us) / 1000;
    const halfMs = (performance.now() - sentMs) / 2;
    const middleMs = redisMs + halfMs - Date.now();
    const knownMs = this.#aheadMs ?? middleMs;
    this.#aheadMs = Math.min(Math.max(knownMs, middleMs - halfMs), middleMs + halfMs);
  }

  /** Somebody may have emptied Redis and made another store there, with other places for everything. */
  #noticeMeta(partitions: string): void {
    this.#otherStore =
      partitions === String(this.#partitions.length)
        ? undefined
        : `${this.#link.name}: another store was made there, with ${partitions} partitions; start this server again`;
  }

  #beatLater(): void {
    clearTimeout(this.#timer);
    if (this.#isOver) return;
    const inMs = this.#failing.size === 0 ? BEAT_MS : RETRY_MS;
    this.#timer = setTimeout(() => void this.beat(), inMs);
  }
}
