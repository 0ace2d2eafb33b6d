import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Random } from '../random.ts';
import { LeaseLost } from '../store/errors.ts';
import type { DocumentEdit, DocumentStore, FeedCursor, Lease } from '../store/store.ts';
import type { Deliveries } from './deliveries.ts';
import { type Delivery, endpointsOf } from './delivery.ts';
import type { Lane } from './lane.ts';
import { letterOf } from './letter.ts';
import type { Letters } from './letters.ts';
import { earlier, later } from './places.ts';
import { type KeptDelivery, type KeptLane, Progress } from './progress.ts';

/** How long progress may go unkept: what a crash makes the next holder send once more. */
const KEEP_AFTER_MS = 1000;

export interface BookkeeperParts {
  /** The partition's own. */
  readonly documents: DocumentStore;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly steadyClock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly kept: KeptDelivery;
  readonly deliveries: Deliveries;
  readonly letters: Pick<Letters, 'isWaiting' | 'write'>;
  /** How far the feed was looked at. */
  readonly seen: () => FeedCursor;
  /** Told when the store says that the lease is another's. */
  readonly onLost: () => void;
}

/**
 * Keeps how far delivery of a partition is, once a second while it moves, under the partition's lease.
 * Everything goes into one write, so the place of the tail never runs ahead of what a lane still needs.
 */
export class Bookkeeper {
  readonly #parts: BookkeeperParts;
  readonly #progress: Progress;
  /** How much each lane had lost when that was last announced. */
  readonly #announced = new WeakMap<Lane, number>();
  #announcing: Promise<void> | undefined;
  #writing: Promise<void> | undefined;
  #callOff: (() => void) | undefined;
  #isClosed = false;

  constructor(parts: BookkeeperParts) {
    this.#parts = parts;
    this.#progress = new Progress(parts.kept);
  }

  /** A subscription is at rest that wasn't known here before. */
  rests(id: string): void {
    this.#progress.rests(id);
    this.touch();
  }

  /** A subscription ended. */
  forget(id: string): void {
    this.#progress.forget(id);
    this.touch();
  }

  /** Something was lost: announced at once, and kept as lost after that. */
  lost(): void {
    // What fails is tried again with the next writing.
    this.#announce().catch(() => {});
    this.touch();
  }

  /** Something moved: it is kept within a second. */
  touch(): void {
    if (this.#isClosed) return;
    const { steadyClock } = this.#parts;
    this.#callOff ??= steadyClock.alarm(steadyClock.nowMs() + KEEP_AFTER_MS, () => {
      this.#callOff = undefined;
      void Promise.resolve(this.#writing).then(() => this.#write());
    });
  }

  /** Keeps everything as it is now, and nothing after that. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#write();
    this.abandon();
  }

  /** Keeps nothing more. */
  abandon(): void {
    this.#isClosed = true;
    this.#callOff?.();
  }

  #write(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#writing ??= this.#writeNow().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeNow(): Promise<void> {
    let edits: readonly DocumentEdit[] = [];
    try {
      // First: once a loss is kept, nobody would know that it is still to be announced.
      while (this.#unannounced().length > 0) await this.#announce();
      if (this.#isClosed) return;
      const tail = this.#tail();
      const lanes = this.#lanes(tail);
      const held = this.#held();
      edits = this.#progress.edits(tail, lanes);
      if (edits.length === 0) return;
      await this.#parts.documents.write(edits, this.#parts.lease);
      this.#progress.kept(edits);
      this.#letGo(held);
      this.#tidy(lanes);
    } catch (error) {
      if (error instanceof LeaseLost) return this.#parts.onLost();
      this.#parts.log.warn({ err: error }, 'progress of notifications could not be kept');
      this.#progress.unsure(edits);
      this.touch();
    }
  }

  /** One `missed` for all that a subscription has lost by now: what it says covers everything until it is sent. */
  #announce(): Promise<void> {
    const { clock, random, letters } = this.#parts;
    const announce = async () => {
      const news = this.#unannounced();
      const found = news.flatMap(({ to }) => {
        const { subscription } = to.subscriber;
        return letterOf(subscription, 'missed', clock.nowMs(), random(subscription.id)) ?? [];
      });
      const losses = news.map(({ lane }) => [lane, lane.lost] as const);
      await letters.write(found.filter(({ id }) => !letters.isWaiting(id)));
      for (const [lane, lost] of losses) this.#announced.set(lane, lost);
    };
    // What is lost meanwhile is announced by the next one.
    this.#announcing ??= announce().finally(() => {
      this.#announcing = undefined;
    });
    return this.#announcing;
  }

  #unannounced(): Delivery[] {
    const isNews = ({ lane }: Delivery) => lane.lost > (this.#announced.get(lane) ?? 0);
    return [...this.#held().keys()].filter(isNews);
  }

  /** Those that wait until it is kept what they have lost, with how much that is. */
  #held(): ReadonlyMap<Delivery, number> {
    const held = [...this.#parts.deliveries.all()].filter(({ lane }) => lane.isHeld);
    return new Map(held.map((delivery) => [delivery, delivery.lane.lost]));
  }

  /** Where all those begin whose place is null: none of them is before it. */
  #tail(): FeedCursor {
    return earlier(this.#parts.deliveries.rest, this.#parts.seen());
  }

  #lanes(tail: FeedCursor): ReadonlyMap<string, KeptLane> {
    const seen = this.#parts.seen();
    const lanes = new Map<string, KeptLane>();
    for (const { lane, to } of this.#parts.deliveries.all()) {
      const idle = later(lane.read, seen);
      const place = lane.place ?? (idle > tail ? idle : null);
      const isResting = place === null && lane.lost === 0;
      const failingSinceMs = isResting ? null : to.endpoint.health.failingSinceMs;
      lanes.set(to.id, { place, lost: lane.lost, failingSinceMs });
    }
    return lanes;
  }

  /** What was lost is kept as lost, if it isn't more by now. */
  #letGo(losses: ReadonlyMap<Delivery, number>): void {
    for (const [{ lane }, lost] of losses) if (lane.lost === lost) lane.release();
    for (const endpoint of endpointsOf(losses.keys())) endpoint.pump();
  }

  /** Lanes that were empty and are kept as that, and still are empty where those at rest are, join these. */
  #tidy(lanes: ReadonlyMap<string, KeptLane>): void {
    const { deliveries } = this.#parts;
    const seen = this.#parts.seen();
    if (deliveries.isRestBehind || deliveries.rest > seen) return;
    for (const { lane, to } of [...deliveries.all()]) {
      if (!lane.isEmpty || lane.read > seen || lanes.get(to.id)?.place !== null) continue;
      deliveries.remove(to.id);
      this.#progress.rests(to.id);
    }
  }
}
