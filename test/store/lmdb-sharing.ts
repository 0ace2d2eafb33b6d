import { type HeldStore, holdLmdbStore } from '../../src/store/lmdb/hold.ts';
import { answerOf, leaseDesk } from '../../src/store/lmdb/lease-desk.ts';
import type { Hint, Line } from '../../src/store/lmdb/line.ts';
import { openSharedLmdbStore } from '../../src/store/lmdb/open-shared.ts';
import type { PresenceStore } from '../../src/store/store.ts';

/** A folder's store as a program with several workers has it, but all in this process. */
export interface Sharing {
  /** One more of those who share it. */
  open(monotonicMs?: () => number): Promise<PresenceStore>;
  /** Moves the desk's clock. */
  advance(byMs: number): void;
  /** Once all that were opened are closed. */
  release(): Promise<void>;
}

export async function shareLmdbStore(path: string): Promise<Sharing> {
  return shareHeld(await holdLmdbStore({ path }), path);
}

/** Shares a store that this process holds already. */
export function shareHeld(held: HeldStore, path: string): Sharing {
  let nowMs = 0;
  const desk = leaseDesk({ fence: held.fence, monotonicMs: () => nowMs });
  const listeners = new Map<string, (what: Hint) => void>();
  let opened = 0;

  const lineOf = (self: string): Line => ({
    self,
    holder: held.holder,
    hint(what) {
      for (const [name, listener] of listeners) if (name !== self) listener(what);
    },
    onHint: (listener) => void listeners.set(self, listener),
    ask: async (verb, fence) => answerOf(desk, self, verb, fence),
  });

  return {
    open: (monotonicMs) =>
      openSharedLmdbStore({
        path,
        line: lineOf(`worker-${++opened}`),
        ...(monotonicMs && { monotonicMs }),
      }),
    advance(byMs) {
      nowMs += byMs;
    },
    release: () => held.release(),
  };
}

/** One of those who share a store of its own, which is released when it is closed. */
export async function openShared(path: string, monotonicMs?: () => number): Promise<PresenceStore> {
  const sharing = await shareLmdbStore(path);
  const store = await sharing.open(monotonicMs);
  let closing: Promise<void> | undefined;
  return {
    ...store,
    close() {
      closing ??= store.close().then(sharing.release);
      return closing;
    },
  };
}
