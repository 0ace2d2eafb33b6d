import { type KeptDelivery, readDelivery } from '../notifications/progress.ts';
import { readPlace } from '../store/place.ts';
import type { FeedCursor, PresenceStore } from '../store/store.ts';
import type { Subscription } from '../subscriptions/subscription.ts';

/** How far delivery of a partition is, and would have to be. */
interface Partition extends KeptDelivery {
  readonly end: FeedCursor;
}

/**
 * Tells for which subscriptions something may not have been delivered. After servers stopped in order those are
 * the late ones; one that was killed didn't keep how far it was, and may leave all of them.
 */
export class Waiting {
  readonly #store: PresenceStore;
  readonly #partitions: readonly Partition[];

  private constructor(store: PresenceStore, partitions: readonly Partition[]) {
    this.#store = store;
    this.#partitions = partitions;
  }

  static async in(store: PresenceStore): Promise<Waiting> {
    const partitions: Partition[] = [];
    for (let partition = 0; partition < store.partitions; partition++) {
      const kept = await readDelivery(store.documentsOf(partition));
      const { end } = await store.feedBounds(partition);
      partitions.push({ ...kept, end });
    }
    return new Waiting(store, partitions);
  }

  /** Whether the next holder of some partition would read on before its end for this one. */
  waits(subscription: Subscription): boolean {
    return this.#partitionsOf(subscription).some((number) => {
      const partition = this.#partitions[number];
      if (partition === undefined) return false;
      const { lanes, tail, end } = partition;
      const kept = lanes.get(subscription.id);
      const from =
        kept === undefined ? this.#beginning(subscription, number) : (kept.place ?? tail);
      return from === undefined || from < end;
    });
  }

  /** Where a subscription begins that no holder of the partition knew; undefined where nothing tells. */
  #beginning({ begins }: Subscription, partition: number): FeedCursor | undefined {
    try {
      return readPlace(begins, this.#store.partitions)[partition];
    } catch {
      return this.#partitions[partition]?.tail;
    }
  }

  #partitionsOf({ tenantId, scope }: Subscription): readonly number[] {
    if (scope === 'tenant') return [...this.#partitions.keys()];
    return [...new Set(scope.map((userId) => this.#store.partitionOf({ tenantId, userId })))];
  }
}
