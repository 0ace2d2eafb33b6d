import type { FeedCursor, FeedItem } from '../store/store.ts';

/** The end of the feed, read once for everybody who follows it. */
export interface FeedTail {
  /** How far it has read: listeners have been told of every entry up to here. */
  readonly cursor: FeedCursor;
  /**
   * Calls `listener` with the entries after `cursor`, page by page, in their order. The listener must
   * not throw, and returns before the next page is read. Gives back how to stop.
   */
  follow(listener: (entries: readonly FeedItem[]) => void): () => void;
  /** Resolves once everything committed before the call has been told. */
  settled(): Promise<void>;
  /** Reads no further; resolves when nothing is under way. */
  stop(): Promise<void>;
}
