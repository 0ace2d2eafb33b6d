import type { FeedTails } from '../presence/feed-tails.ts';
import type { Lease } from '../store/store.ts';
import { Channel, type ChannelParts } from './channel.ts';
import type { Lane } from './lane.ts';
import type { Letters } from './letters.ts';
import { readDelivery } from './progress.ts';

/** How long a partition that is left waits for replies: by the machine's clock, as receivers know no other. */
const GRACE_MS = 1500;

export interface ChannelsParts
  extends Omit<ChannelParts, 'lease' | 'kept' | 'bounds' | 'tail' | 'onLost' | 'letters'> {
  readonly tails: FeedTails;
  readonly letters: Letters;
  /** Resolves once every subscription written before the call has been put, and each that ended removed. */
  readonly subscribed: () => Promise<void>;
}

/** The channels of this server: one for each partition whose lease it has. */
export class Channels {
  readonly #parts: ChannelsParts;
  readonly #byPartition = new Map<number, Channel>();
  /** Leases whose channels are being opened. */
  readonly #opening = new Map<number, Lease>();
  readonly #waiting = new Set<() => void>();

  constructor(parts: ChannelsParts) {
    this.#parts = parts;
  }

  [Symbol.iterator](): IterableIterator<Channel> {
    return this.#byPartition.values();
  }

  /** As the notifier's. */
  async take(lease: Lease): Promise<void> {
    const { partition } = lease;
    this.lose(partition);
    this.#opening.set(partition, lease);
    try {
      await this.#open(lease);
    } finally {
      if (this.#opening.get(partition) === lease) this.#opening.delete(partition);
    }
  }

  /** As the notifier's. */
  async leave(partition: number): Promise<void> {
    const { letters } = this.#parts;
    this.#opening.delete(partition);
    const channel = this.#byPartition.get(partition);
    if (channel === undefined) return;
    channel.halt();
    letters.leave(partition);
    await this.#until(() => !channel.isSending && !letters.isBusy(partition));
    if (this.#byPartition.get(partition) !== channel) return;
    letters.lose(partition);
    await channel.close();
    if (this.#byPartition.get(partition) === channel) this.#byPartition.delete(partition);
  }

  /** As the notifier's. */
  lose(partition: number): void {
    this.#opening.delete(partition);
    const channel = this.#byPartition.get(partition);
    if (channel === undefined) return;
    this.#byPartition.delete(partition);
    channel.drop();
    this.#parts.letters.lose(partition);
  }

  /** Leaves all of them. */
  async close(): Promise<void> {
    this.#opening.clear();
    await Promise.all(Array.from(this.#byPartition.keys(), (partition) => this.leave(partition)));
  }

  /** A POST is over that these lanes had a part in; none if it was of letters. */
  progressed(lanes: readonly Lane[]): void {
    for (const partition of new Set(lanes.map((lane) => lane.partition))) {
      this.#byPartition.get(partition)?.progressed(lanes);
    }
    for (const look of this.#waiting) look();
  }

  async #open(lease: Lease): Promise<void> {
    const { store, tails, letters, subscribed } = this.#parts;
    const { partition } = lease;
    const kept = await readDelivery(store.documentsOf(partition));
    const bounds = await store.feedBounds(partition);
    // Whoever something is kept of is put by then, or has ended.
    await subscribed();
    const tail = await tails.open(partition);
    if (this.#opening.get(partition) !== lease) return tail.release();
    const onLost = () => {
      if (this.#byPartition.get(partition) === channel) this.lose(partition);
    };
    const channel = new Channel({ ...this.#parts, lease, kept, bounds, tail, onLost });
    this.#byPartition.set(partition, channel);
    channel.start();
    letters.take(partition);
  }

  /** Resolves when it is so, or after a moment. */
  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(impatience);
        this.#waiting.delete(look);
        resolve();
      };
      const look = () => {
        if (isSo()) end();
      };
      const impatience = setTimeout(end, GRACE_MS);
      this.#waiting.add(look);
      look();
    });
  }
}
