import type { Lease } from '../store/store.ts';

/** Whose turn it is to do what is done once for a partition. */
export interface Turns {
  /** Our lease of the partition, while it surely holds. */
  lease(partition: number): Lease | undefined;
}
