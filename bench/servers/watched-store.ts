import type { Change } from '../../src/engine/advance.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import { sharedMs } from '../one-clock.ts';

/** What to look out for. */
export interface Watching {
  /** Changes awaited. */
  readonly changes: number;
  /** Users whose changes are to be timed. */
  readonly users: readonly string[];
}

/** When the changes that were awaited had been committed: instants of the shared clock. */
export interface Commits {
  readonly firstMs: number;
  readonly lastMs: number;
  /** The instants that the changes themselves bear, Unix time: the earliest and the latest. */
  readonly changed: readonly [fromMs: number, toMs: number];
  /** The last change of each user who was to be timed. */
  readonly users: readonly (readonly [string, number])[];
}

/** A store that tells when changes are in it. */
export interface WatchedStore {
  readonly store: PresenceStore;
  watch(what: Watching): void;
  /** Resolves once there were as many changes since the last call of `watch`. */
  committed(): Promise<Commits>;
}

export function watchedStore(inner: PresenceStore): WatchedStore {
  let expected = Number.POSITIVE_INFINITY;
  let changes = 0;
  let firstMs = 0;
  let lastMs = 0;
  let changed: [number, number] = [Number.POSITIVE_INFINITY, 0];
  let timed: Map<string, number> | undefined;
  let onAll = () => {};

  function note(userId: string, made: readonly Change[]): void {
    if (timed === undefined || made.length === 0) return;
    lastMs = sharedMs();
    if (changes === 0) firstMs = lastMs;
    changes += made.length;
    for (const { atMs } of made) {
      if (atMs < changed[0]) changed[0] = atMs;
      if (atMs > changed[1]) changed[1] = atMs;
    }
    if (timed.has(userId)) timed.set(userId, lastMs);
    if (changes >= expected) onAll();
  }

  return {
    store: {
      ...inner,
      async update(user, nowMs, step) {
        const advanced = await inner.update(user, nowMs, step);
        note(user.userId, advanced.changes);
        return advanced;
      },
    },

    watch(what) {
      expected = what.changes;
      changes = 0;
      changed = [Number.POSITIVE_INFINITY, 0];
      timed = new Map(what.users.map((user) => [user, Number.NaN]));
    },

    async committed() {
      if (changes < expected) {
        await new Promise<void>((resolve) => {
          onAll = resolve;
        });
      }
      return { firstMs, lastMs, changed, users: [...(timed ?? [])] };
    },
  };
}
