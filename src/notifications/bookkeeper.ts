import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { DocumentEdit, FeedCursor, PresenceStore } from '../store/store.ts';
import type { Deliveries } from './deliveries.ts';
import {
  forgetLane,
  type KeptDelivery,
  type KeptLane,
  keepLane,
  keepTail,
  Progress,
} from './progress.ts';

/** How long progress may go unkept: what a crash makes us send once more. */
const KEEP_AFTER_MS = 1000;

export interface BookkeeperParts {
  readonly store: PresenceStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly kept: KeptDelivery;
  readonly deliveries: Deliveries;
  /** How far the feed was looked at. */
  readonly seen: () => FeedCursor;
}

/**
 * Keeps how far delivery is, once a second while it moves. Everything goes into one write, so the place
 * of the tail never runs ahead of what a lane still needs.
 */
export class Bookkeeper {
  readonly #parts: BookkeeperParts;
  readonly #progress: Progress;
  #notes: DocumentEdit[] = [];
  #writing: Promise<void> | undefined;
  #callOff: (() => void) | undefined;

  constructor(parts: BookkeeperParts) {
    this.#parts = parts;
    this.#progress = new Progress(parts.kept);
  }

  /**
   * What goes into the write of a new subscription, whose delivery begins at `place`. The first one takes
   * the place of the tail along, which wasn't kept without any. With others it must not: what they wait
   * for may lie before the tail, and of that the write says nothing.
   */
  begins(id: string, place: FeedCursor): readonly DocumentEdit[] {
    const lane = keepLane(id, { place, lost: 0, failingSinceMs: null });
    return this.#parts.deliveries.isEmpty ? [lane, keepTail(this.#parts.seen())] : [lane];
  }

  /** What goes into the write that ends a subscription. */
  ends(id: string): readonly DocumentEdit[] {
    return [forgetLane(id)];
  }

  /** An edit that goes into the next write. */
  note(edit: DocumentEdit): void {
    this.#notes.push(edit);
    this.touch();
  }

  /** Something moved: it is kept within a second. */
  touch(): void {
    const { clock } = this.#parts;
    this.#callOff ??= clock.alarm(clock.nowMs() + KEEP_AFTER_MS, () => {
      this.#callOff = undefined;
      void this.#write();
    });
  }

  /** Keeps everything as it is now. */
  async close(): Promise<void> {
    await this.#writing;
    this.#callOff?.();
    await this.#write();
    this.#callOff?.();
  }

  #write(): Promise<void> {
    this.#writing ??= this.#writeNow().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeNow(): Promise<void> {
    const { store, seen, log, deliveries } = this.#parts;
    const notes = this.#notes;
    const held = [...deliveries.all()].filter(({ lane }) => lane.isHeld);
    const edits = [...this.#progress.edits(seen(), this.#lanes()), ...notes];
    if (edits.length === 0) return;
    this.#notes = [];
    try {
      await store.documents.write(edits);
      this.#progress.kept(edits);
      for (const { lane, endpoint } of held) {
        lane.release();
        endpoint.pump();
      }
    } catch (error) {
      log.warn({ err: error }, 'progress of notifications could not be kept');
      this.#notes = [...notes, ...this.#notes];
      this.touch();
    }
  }

  #lanes(): ReadonlyMap<string, KeptLane> {
    const lanes = new Map<string, KeptLane>();
    for (const { lane, endpoint } of this.#parts.deliveries.all()) {
      const { failingSinceMs } = endpoint.health;
      lanes.set(lane.subscription.id, {
        place: lane.place ?? null,
        lost: lane.lost,
        failingSinceMs,
      });
    }
    return lanes;
  }
}
