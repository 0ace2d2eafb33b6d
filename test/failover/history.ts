import type { Change, UserRecord } from '../../src/engine/advance.ts';
import type { FeedItem } from '../../src/store/store.ts';

/**
 * - `acknowledged`: the store promised it.
 * - `unknown`: it said that it may have been kept (`mayBeKept`).
 * - `refused`: it promised that nothing was kept.
 */
export type Outcome = 'acknowledged' | 'unknown' | 'refused';

interface Answered {
  readonly userId: string;
  /** When it was asked for and when the answer came: ms of the clock that never steps. */
  readonly begunMs: number;
  readonly endedMs: number;
}

interface Written extends Answered {
  readonly outcome: Outcome;
  /** What the store said came of it; nothing unless it was acknowledged. */
  readonly changes: readonly Change[];
}

export interface MessageWrite extends Written {
  readonly kind: 'message';
  /** Of no other write. */
  readonly text: string;
}

/** A session is written by one writer alone, one write after another. */
export interface SessionWrite extends Written {
  readonly kind: 'session';
  readonly sessionId: string;
  /** Of no other write of the session. */
  readonly expiresAtMs: number;
}

export type Write = MessageWrite | SessionWrite;

export interface Read extends Answered {
  readonly reader: string;
  /** 0 for a user never written. */
  readonly number: number;
  /** What everyone sees, in one line. */
  readonly shown: string;
}

/** What was asked for and answered from one failover to the next, and what was there in the end. */
export interface History {
  /** In the order in which they were answered. */
  readonly writes: readonly Write[];
  /** Of each reader in the order in which they were asked for. */
  readonly reads: readonly Read[];
  /** What each follower of the feeds was given, by partition, in its order. */
  readonly followed: readonly (readonly (readonly FeedItem[])[])[];
  /** The feed of each partition as it is in the end. */
  readonly feeds: readonly (readonly FeedItem[])[];
  /** The records as they are in the end, by user. */
  readonly records: ReadonlyMap<string, UserRecord>;
}
