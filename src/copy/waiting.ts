import { type KeptDelivery, readDelivery, resumesAt } from '../notifications/progress.ts';
import { partitionsOf } from '../store/partition.ts';
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
    const { tenantId, scope } = subscription;
    return partitionsOf(tenantId, scope, this.#store).some((number) => {
      const partition = this.#partitions[number];
      if (partition === undefined) return false;
      const from = resumesAt(subscription, partition, number, this.#store.partitions);
      return from === undefined || from < partition.end;
    });
  }
}
