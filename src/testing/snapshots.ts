import { LRUCache } from 'lru-cache';
import { shortened } from '../graph/duration.ts';
import { GraphError } from '../graph/error.ts';
import type { Snapshot } from './porchlight.ts';
import type { TestBed } from './test-bed.ts';

/** With more, the one that wasn't restored for longest is forgotten. */
const MOST_KEPT = 100;

/** Snapshots by id, for callers who can't hold one. */
export interface Snapshots {
  take(): Promise<{ readonly id: string; readonly takenAt: Date }>;
  /** Rejects with GraphError 404 for one that isn't kept. */
  restore(id: string): Promise<void>;
  reset(): Promise<void>;
}

export function createSnapshots(bed: Pick<TestBed, 'snapshot' | 'restore' | 'reset'>): Snapshots {
  const kept = new LRUCache<string, Snapshot>({ max: MOST_KEPT });
  let count = 0;

  return {
    async take() {
      const snapshot = await bed.snapshot();
      // Not by chance: that is put back, and ids would come again.
      const id = String(++count);
      kept.set(id, snapshot);
      return { id, takenAt: snapshot.takenAt };
    },

    async restore(id) {
      const snapshot = kept.get(id);
      if (snapshot === undefined) {
        throw new GraphError(
          404,
          'NotFound',
          `There is no snapshot '${shortened(id)}'; the ${MOST_KEPT} that were used last are kept.`,
        );
      }
      await bed.restore(snapshot);
    },

    reset: () => bed.reset(),
  };
}
