import type { Advanced, Change, UserRecord } from '../engine/advance.ts';

/** A user of a tenant. Both ids are lower-case GUIDs; the tenant comes first in every stored key. */
export interface UserKey {
  readonly tenantId: string;
  readonly userId: string;
}

/**
 * What a write does to a record. Pure, and may be called more than once: a store that lost a race
 * calls it again with the newer record. Gets `NEW_RECORD` for a user never written.
 */
export type Step = (record: UserRecord) => Advanced;

/** A change with whom it is about, in the order in which changes were committed. */
export interface FeedEntry extends UserKey {
  readonly change: Change;
}

/**
 * A place in the feed, after which to read on. Opaque, and kept by readers; only the store that gave
 * it understands it.
 */
export type FeedCursor = string;

/** The place before the first entry. */
export const FEED_START: FeedCursor = '';

export interface FeedPage {
  readonly entries: readonly FeedEntry[];
  /** Where to read on: after the last of `entries`, or where the read began if there are none. */
  readonly cursor: FeedCursor;
}

export type StoreHealth =
  | { readonly writable: true }
  | { readonly writable: false; readonly reason: string };

/**
 * Where records live. A store holds no rules of presence: it gets a write as a function and commits
 * record, due time and changes together, or none of them.
 *
 * Every implementation passes test/store/contract.ts; `memory.ts` is the reference.
 */
export interface PresenceStore {
  /**
   * The records of users, in the order of `userIds`; undefined for a user never written. Sees every
   * update whose promise has resolved, and none that could still be lost.
   */
  read(tenantId: string, userIds: readonly string[]): Promise<readonly (UserRecord | undefined)[]>;

  /**
   * Carries out `step` on the user's record. Updates of one user happen one after another. Resolves
   * when the outcome, with everything it builds on, survives a crash of the machine. A refused step
   * keeps nothing. `nowMs` is the instant the step is taken at; it decides which due entries have come.
   * @throws StoreUnavailable when it can't be kept now; nothing of it is kept then.
   */
  update(user: UserKey, nowMs: number, step: Step): Promise<Advanced>;

  /**
   * Users whose due entry is at or before `nowMs`, earliest first, `limit` at most. An entry may be
   * earlier than the record's `untilMs` (a keep-alive doesn't move it), never later; the next update
   * at or after its time sets it right (`dueAfter`).
   */
  due(nowMs: number, limit: number): Promise<readonly UserKey[]>;

  /** The earliest due entry, Unix time in ms; `NEVER_MS` without one. */
  nextDueMs(): Promise<number>;

  /** Up to `limit` committed changes after `after`, each exactly once, in the order of commit. */
  feed(after: FeedCursor, limit: number): Promise<FeedPage>;

  /** Forgets changes committed with an instant before `beforeMs`, `limit` at most; how many it forgot. */
  trimFeed(beforeMs: number, limit: number): Promise<number>;

  /**
   * Calls `listener` after changes were committed. A hint and nothing more: it carries no data, may
   * come late or combined, and a reader that missed it finds everything in the feed.
   */
  onChanges(listener: () => void): () => void;

  health(): StoreHealth;

  /** Waits for what is under way, then lets go of everything. Further calls fail. */
  close(): Promise<void>;
}
