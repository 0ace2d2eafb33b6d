import type { Advanced } from '../../engine/advance.ts';
import type { DocumentEdit, Lease, Step, StoreHealth, UserKey } from '../store.ts';

/** Carries out what changes the store. Each resolves once it is on the disk. */
export interface Writes {
  /** As `PresenceStore.update`. */
  update(user: UserKey, nowMs: number, step: Step): Promise<Advanced>;
  /** Takes entries out of the feed that are older than `beforeMs`, `limit` at most; how many it took. */
  trim(beforeMs: number, limit: number): Promise<number>;
  /** As `PresenceStore.forgetHistory`. */
  forgetHistory(user: UserKey, limit: number): Promise<number>;
  /** Keeps and forgets documents, all or none. @throws DocumentsChanged LeaseLost */
  write(edits: readonly DocumentEdit[], under?: Lease): Promise<void>;
  health(): StoreHealth;
  /** Waits until nothing is under way. */
  settled(): Promise<void>;
}
