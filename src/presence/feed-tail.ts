import type { Clock } from '../clock.ts';
import type { FeedCursor, FeedItem, PresenceStore } from '../store/store.ts';
import { createLookout } from './lookout.ts';
import { comeRound } from './loop-turns.ts';

/** Entries read and told at a time; between two pages the event loop gets its turn. */
const PAGE = 1000;

/** The end of a partition's feed, read once for everybody who follows it. */
export interface FeedTail {
  /**
   * How far it has read. While a page is told it is the place after that page already, so a follower
   * that reads up to here by itself and follows from here on gets each entry once.
   */
  readonly cursor: FeedCursor;
  /**
   * Calls `listener` with the entries after `cursor`, page by page, in their order. The listener must
   * not throw, and returns before the next page is read. Gives back how to stop, which works at once,
   * also while a page is told.
   */
  follow(listener: (entries: readonly FeedItem[]) => void): () => void;
  /**
   * Resolves once everything committed before the call has been told; while reading fails, that is
   * when it succeeds again. Rejects when the tail is stopped before.
   */
  settled(): Promise<void>;
  /** Reads no further; resolves when nothing is under way. */
  stop(): Promise<void>;
}

export interface FeedTailParts {
  readonly store: PresenceStore;
  readonly partition: number;
  /** As a lookout's. */
  readonly steadyClock: Clock;
  /** Where to begin reading. */
  readonly start: FeedCursor;
  /** Told when reading or a listener fails. Reading goes on a second later, the other listeners at once. */
  readonly onError: (error: unknown) => void;
}

/** Reads the feed from `start` on, at once and until it is stopped. */
export function createFeedTail(parts: FeedTailParts): FeedTail {
  const { store, partition, steadyClock, start, onError } = parts;
  const followers = new Set<{ readonly listener: (entries: readonly FeedItem[]) => void }>();
  let cursor = start;
  let isStopped = false;

  function tell(entries: readonly FeedItem[]): void {
    for (const follower of [...followers]) {
      // Whoever has been told first may have stopped it.
      if (!followers.has(follower)) continue;
      try {
        follower.listener(entries);
      } catch (error) {
        onError(error);
      }
    }
  }

  async function readToEnd(): Promise<void> {
    while (!isStopped) {
      const page = await store.feed(partition, cursor, PAGE);
      if (isStopped) return;
      cursor = page.cursor;
      if (page.entries.length > 0) tell(page.entries);
      if (page.entries.length < PAGE) return;
      await comeRound();
    }
  }

  const lookout = createLookout({ steadyClock, look: readToEnd, onError, isPatient: true });
  const ignore = store.onChanges((changed) => {
    if (changed === partition) lookout.hint();
  });

  return {
    get cursor() {
      return cursor;
    },

    follow(listener) {
      const follower = { listener };
      followers.add(follower);
      return () => {
        followers.delete(follower);
      };
    },

    async settled() {
      // A patient lookout rejects when it is stopped, and for nothing else.
      await lookout.settled().catch(() => {
        throw new Error('the feed is followed no further');
      });
    },

    stop() {
      isStopped = true;
      ignore();
      return lookout.stop();
    },
  };
}
