import type { Clock } from '../clock.ts';
import type { FeedCursor, PresenceStore } from '../store/store.ts';
import type { Deliveries } from './deliveries.ts';
import { type Delivery, endpointsOf } from './delivery.ts';
import type { Losses } from './losses.ts';
import type { Matcher } from './matcher.ts';

/** Entries read in one go. */
const PAGE = 1000;

/** When reading that failed is tried again. */
const RETRY_MS = 1000;

export interface CatchUpParts {
  readonly store: PresenceStore;
  readonly partition: number;
  readonly steadyClock: Clock;
  readonly deliveries: Deliveries;
  readonly matcher: Matcher;
  readonly losses: Losses;
  /** Told when those at rest have caught up: how far they are can be kept. */
  readonly onRested: () => void;
  /** Told when reading fails; it is tried again a second later. */
  readonly onError: (error: unknown) => void;
}

/**
 * Reads the feed of a partition once more for lanes that are behind: because another server did its work
 * before, or this one before a restart, or because more waited than is kept in memory. All of them share
 * one reading, from the place of the last of them on.
 */
export class CatchUp {
  readonly #parts: CatchUpParts;
  #running: Promise<void> | undefined;
  #callOff: (() => void) | undefined;
  #stopped = false;

  constructor(parts: CatchUpParts) {
    this.#parts = parts;
  }

  /** Begins, unless it is under way or there is nothing to do. */
  wake(): void {
    if (this.#running !== undefined || this.#stopped) return;
    const { deliveries } = this.#parts;
    if (!deliveries.isRestBehind && deliveries.behind().length === 0) return;
    this.#callOff?.();
    this.#running = this.#run()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#running = undefined;
      });
  }

  async rest(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Reads no further; `rest` resolves when nothing is under way. */
  stop(): void {
    this.#stopped = true;
    this.#callOff?.();
  }

  #failed(error: unknown): void {
    if (this.#stopped) return;
    const { steadyClock, onError } = this.#parts;
    this.#callOff = steadyClock.alarm(steadyClock.nowMs() + RETRY_MS, () => this.wake());
    onError(error);
  }

  async #run(): Promise<void> {
    const { deliveries } = this.#parts;
    while (!this.#stopped) {
      const behind = new Set(deliveries.behind());
      if (behind.size === 0 && !deliveries.isRestBehind) return;
      await this.#read(behind);
    }
  }

  /** From the place of the last of them to the end of the feed. */
  async #read(behind: Set<Delivery>): Promise<void> {
    const { store, partition, matcher, deliveries } = this.#parts;
    const isRest = deliveries.isRestBehind;
    const { start } = await store.feedBounds(partition);
    if (this.#stopped) return;
    this.#passOver(behind, start);
    let seen = this.#leastPlace(behind, isRest) ?? start;
    while ((isRest || behind.size > 0) && !this.#stopped) {
      const page = await store.feed(partition, seen, PAGE);
      if (this.#stopped) return;
      matcher.toldBefore(behind, page, seen, isRest);
      for (const { lane } of behind) lane.readUpTo(page.cursor);
      if (isRest) deliveries.restUpTo(page.cursor);
      // Those that are left may all have read further already.
      seen = this.#leastPlace(behind, isRest) ?? page.cursor;
      // The end of what is there, and of what the others have been told.
      if (page.entries.length < PAGE && seen >= matcher.seen) return this.#caughtUp(behind, isRest);
      await new Promise(setImmediate);
    }
  }

  /** What was trimmed from the feed before they had read it. */
  #passOver(behind: Set<Delivery>, start: FeedCursor): void {
    const { deliveries, losses } = this.#parts;
    if (deliveries.isRestBehind && deliveries.rest < start) {
      deliveries.rouse();
      for (const delivery of deliveries.behind()) behind.add(delivery);
      deliveries.restUpTo(start);
    }
    for (const delivery of behind) if (delivery.lane.read < start) losses.gap(delivery, start);
  }

  #caughtUp(behind: Set<Delivery>, isRest: boolean): void {
    const { deliveries, onRested } = this.#parts;
    for (const { lane } of behind) lane.isBehind = false;
    for (const endpoint of endpointsOf(behind)) endpoint.pump();
    if (!isRest) return;
    deliveries.isRestBehind = false;
    onRested();
  }

  #leastPlace(behind: Iterable<Delivery>, isRest: boolean): FeedCursor | undefined {
    let least = isRest ? this.#parts.deliveries.rest : undefined;
    for (const { lane } of behind) if (least === undefined || lane.read < least) least = lane.read;
    return least;
  }
}
