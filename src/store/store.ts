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
 * A place in the feed, after which to read on. Kept by readers, and understood only by the store that
 * gave it, but for this: of two places of one feed, the later one is greater as text.
 */
export type FeedCursor = string;

/** The place before the first entry. */
export const FEED_START: FeedCursor = '';

/** An entry as the feed gives it, with the place right after it. */
export interface FeedItem extends FeedEntry {
  readonly cursor: FeedCursor;
}

/** The stretch of the feed that is there to be read. */
export interface FeedBounds {
  /** The place before the oldest entry still kept: whoever stopped reading before it has missed some. */
  readonly start: FeedCursor;
  /** The place after the last committed entry. */
  readonly end: FeedCursor;
}

export interface FeedPage {
  readonly entries: readonly FeedItem[];
  /** Where to read on: after the last of `entries`, or where the read began if there are none. */
  readonly cursor: FeedCursor;
}

export type StoreHealth =
  | { readonly writable: true }
  | { readonly writable: false; readonly reason: string };

/** One document to keep, or with `text` undefined to forget. */
export interface DocumentEdit {
  readonly collection: string;
  readonly id: string;
  readonly text: string | undefined;
}

/**
 * Things kept beside presence that are few and change seldom, such as subscriptions: text by collection
 * and id. A collection's name and an id are 1 to 200 printable ASCII characters; anything else, and
 * text with half a surrogate pair, is a TypeError. What the text says is its owner's business.
 */
export interface DocumentStore {
  /** All of a collection, id → text, in the order of ids. Sees every write whose promise has resolved. */
  all(collection: string): Promise<ReadonlyMap<string, string>>;

  /**
   * Makes all of the edits or none of them, in their order. Resolves when they survive a crash of the
   * machine.
   * @throws StoreUnavailable when they can't be kept now
   */
  write(edits: readonly DocumentEdit[]): Promise<void>;
}

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
   * @throws StoreUnavailable when they can't be read now
   */
  read(tenantId: string, userIds: readonly string[]): Promise<readonly (UserRecord | undefined)[]>;

  /**
   * Users of a tenant that have a record, in the order of their ids: up to `limit` after `after`, which
   * is '' to begin.
   */
  users(tenantId: string, after: string, limit: number): Promise<readonly string[]>;

  /**
   * Carries out `step` on the user's record. Updates of one user happen one after another. Resolves
   * when the outcome, with everything it builds on, survives a crash of the machine; on a server of its
   * own, as far as that one's settings promise it. A refused step keeps nothing. `nowMs` is the instant
   * the step is taken at; it decides which due entries have come.
   * @throws StoreUnavailable when it can't be kept now; nothing of it is kept then, unless the error says
   * that it may be (`mayBeKept`): then all of it is, or becomes so within seconds, or nothing.
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

  /** Where the feed begins and ends now. */
  feedBounds(): Promise<FeedBounds>;

  /** Forgets changes committed with an instant before `beforeMs`, `limit` at most; how many it forgot. */
  trimFeed(beforeMs: number, limit: number): Promise<number>;

  /**
   * Calls `listener` after changes were committed. A hint and nothing more: it carries no data, may
   * come late or combined, and a reader that missed it finds everything in the feed.
   */
  onChanges(listener: () => void): () => void;

  /** What is kept beside presence. */
  readonly documents: DocumentStore;

  health(): StoreHealth;

  /** Waits for what is under way, then lets go of everything. Further calls fail. */
  close(): Promise<void>;
}
