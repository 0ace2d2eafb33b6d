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
 * A place in the feed of a partition, after which to read on. Kept by readers, and understood only by the
 * store that gave it, but for this: of two places of one feed, the later one is greater as text.
 */
export type FeedCursor = string;

/** The place before the first entry. */
export const FEED_START: FeedCursor = '';

/** An entry as the feed gives it, with the partition that the feed is of and the place right after it. */
export interface FeedItem extends FeedEntry {
  readonly partition: number;
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

/** Some of a user's changes. */
export interface HistoryPage {
  /** In the order of their numbers. */
  readonly changes: readonly Change[];
  /**
   * All changes after this instant are kept, but for those of whoever was forgotten; up to it some may be gone. Unix
   * time in ms, 0 where nothing is.
   */
  readonly forgottenMs: number;
}

export type StoreHealth =
  | { readonly writable: true }
  | { readonly writable: false; readonly reason: string };

/** One document to keep, or with `text` undefined to forget. */
export interface DocumentEdit {
  readonly collection: string;
  readonly id: string;
  readonly text: string | undefined;
  /**
   * What must be there now, or none of the edits is made: the document's text, or null for no document.
   * Without it the edit is made whatever is there.
   */
  readonly was?: string | null;
}

/** How far a reader of a collection's changes is; understood only by the store that gave it. */
export type Revision = string;

/** What has become of a collection's documents. */
export interface DocumentChanges {
  /** Each document that may have changed, as it is now: undefined for one that is gone. */
  readonly documents: ReadonlyMap<string, string | undefined>;
  /** Where to go on. */
  readonly revision: Revision;
  /** These are all documents there are; any other that the reader knows is gone. */
  readonly isWhole: boolean;
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
   * machine. With `under` they are made only while that lease, of the partition of these documents, is
   * still its holder's.
   * @throws StoreUnavailable when they can't be kept now
   * @throws DocumentsChanged when something else is there than an edit says
   * @throws LeaseLost when `under` is another's by now
   */
  write(edits: readonly DocumentEdit[], under?: Lease): Promise<void>;

  /**
   * What has changed in a collection since a revision, by whichever server; everything without one, and
   * when the revision is too old. Sees every write whose promise has resolved.
   */
  since(collection: string, revision?: Revision): Promise<DocumentChanges>;

  /** Calls `listener` after documents were written. A hint as `onChanges` gives it. */
  onWritten(listener: () => void): () => void;
}

/** The right to do what is done once for a partition, such as to tell of its changes. */
export interface Lease {
  readonly partition: number;
  /** Greater with each taking of the partition's lease, whoever takes it. */
  readonly fence: number;
}

/** Who does what among the servers on one store: each partition's work is done by one of them. */
export interface Leases {
  /** What this server goes by: no other one does, nor did it when it was started before. */
  readonly self: string;
  /**
   * How long a lease holds, and a server is known to be there, after it last said so; Infinity where nobody
   * else can come.
   */
  readonly leaseMs: number;
  /**
   * Says that this server is there. Who is, in the order of the names, itself among them.
   * @throws StoreUnavailable
   */
  attend(): Promise<readonly string[]>;
  /**
   * Takes the lease of a partition, unless another server has it: then undefined.
   * @throws StoreUnavailable
   */
  take(partition: number): Promise<Lease | undefined>;
  /** Renews leases; which of them are still this server's. @throws StoreUnavailable */
  renew(leases: readonly Lease[]): Promise<readonly Lease[]>;
  /** Lets go of a lease, if it is still this server's. @throws StoreUnavailable */
  release(lease: Lease): Promise<void>;
  /** Says that this server goes. @throws StoreUnavailable */
  leave(): Promise<void>;
}

/** What was last known of users. */
export interface LastKnown {
  /** As `read` gives them. */
  readonly records: readonly (UserRecord | undefined)[];
  /** How long ago the oldest of it was right, at most. */
  readonly ageMs: number;
}

/**
 * Where records live. A store holds no rules of presence: it gets a write as a function and commits
 * record, due time and changes together, or none of them.
 *
 * It is divided into partitions. All about a user is in one of them, and each has its own feed; between
 * the feeds there is no order. Several servers may work on one store: each of them takes writes and reads
 * for any user, and `leases` share out the rest.
 *
 * Every implementation passes test/store/contract.ts; `memory.ts` is the reference.
 */
export interface PresenceStore {
  /** How many partitions there are, numbered from 0; fixed when the store was made. */
  readonly partitions: number;

  /** In which partition a user is. */
  partitionOf(user: UserKey): number;

  /**
   * The records of users, in the order of `userIds`; undefined for a user never written. Sees every
   * update whose promise has resolved, and none that could still be lost.
   * @throws StoreUnavailable when they can't be read now
   */
  read(tenantId: string, userIds: readonly string[]): Promise<readonly (UserRecord | undefined)[]>;

  /**
   * What this process last knew of users, for when they can't be read; undefined unless that is all of
   * them.
   */
  lastKnown(tenantId: string, userIds: readonly string[]): LastKnown | undefined;

  /**
   * Tenants of which some user has a record, in the order of their ids. For looking after a store, not for
   * serving.
   */
  tenants(): Promise<readonly string[]>;

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
   * Users of a partition whose due entry is at or before `nowMs`, earliest first, `limit` at most. An entry
   * may be earlier than the record's `untilMs` (a keep-alive doesn't move it), never later; the next update
   * at or after its time sets it right (`dueAfter`).
   */
  due(partition: number, nowMs: number, limit: number): Promise<readonly UserKey[]>;

  /** A partition's earliest due entry, Unix time in ms; `NEVER_MS` without one. */
  nextDueMs(partition: number): Promise<number>;

  /**
   * Up to `limit` committed changes of a partition after `after`, each exactly once, in the order of commit.
   */
  feed(partition: number, after: FeedCursor, limit: number): Promise<FeedPage>;

  /** Where the feed of a partition begins and ends now. */
  feedBounds(partition: number): Promise<FeedBounds>;

  /**
   * Forgets changes of a partition committed with an instant before `beforeMs`, `limit` at most; how many it
   * forgot.
   */
  trimFeed(partition: number, beforeMs: number, limit: number): Promise<number>;

  /**
   * Up to `limit` committed changes of a user that are in the feed, those whose number is `from` or greater, the
   * first of these first. Without those that change nothing: they mark a place and are nobody's history.
   */
  history(user: UserKey, from: number, limit: number): Promise<HistoryPage>;

  /**
   * Takes changes of a user out of their history and out of the feed, the oldest first, `limit` at most; how many
   * it took. Those that change nothing stay in the feed. One such must have been committed after them: the
   * feed is to end where it ended, or whoever has read to its end would be beyond it.
   */
  forgetHistory(user: UserKey, limit: number): Promise<number>;

  /**
   * Calls `listener` after changes of a partition were committed, by whichever server. A hint and nothing
   * more: it carries no data, may come late, combined or not at all, and a reader that missed it finds
   * everything in the feed.
   */
  onChanges(listener: (partition: number) => void): () => void;

  /** What is kept beside presence, the same for all servers on the store. */
  readonly documents: DocumentStore;

  /** What is kept beside the presence of a partition. */
  documentsOf(partition: number): DocumentStore;

  /** Shares out what is done once for a partition. */
  readonly leases: Leases;

  /** How far the clock that all servers on the store go by is ahead of this machine's, ms. */
  aheadMs(): number;

  health(): StoreHealth;

  /** Waits for what is under way, then lets go of everything. Further calls fail. */
  close(): Promise<void>;
}
