import type { Clock } from '../clock.ts';
import type { FeedCursor, FeedItem, PresenceStore } from '../store/store.ts';

/** Entries read and told at a time; between two pages the event loop gets its turn. */
const PAGE = 1000;

/** How often the feed is looked at without a hint: bounds what a lost one costs. */
const LOOK_EVERY_MS = 1000;

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
  readonly clock: Clock;
  /** Where to begin reading. */
  readonly start: FeedCursor;
  /** Told when reading or a listener fails. Reading goes on a second later, the other listeners at once. */
  readonly onError: (error: unknown) => void;
}

/** Someone who waits until a look at the feed that began after look number `afterLook` has come to its end. */
interface Waiter {
  readonly afterLook: number;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** Reads the feed from `start` on, at once and until it is stopped. */
export function createFeedTail(parts: FeedTailParts): FeedTail {
  const { store, partition, clock, start, onError } = parts;
  const followers = new Set<{ readonly listener: (entries: readonly FeedItem[]) => void }>();
  const waiters = new Set<Waiter>();
  let cursor = start;
  let looks = 0;
  let isWanted = false;
  let isLooking = false;
  let isResting = false;
  let isStopped = false;
  let looking: Promise<void> = Promise.resolve();
  let callOff = () => {};

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
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async function look(): Promise<void> {
    isLooking = true;
    while (isWanted && !isStopped && !isResting) {
      isWanted = false;
      const thisLook = ++looks;
      try {
        await readToEnd();
        if (!isStopped) resolveWaiters(thisLook);
      } catch (error) {
        if (!isStopped) rest(error);
      }
    }
    isLooking = false;
  }

  function resolveWaiters(look: number): void {
    for (const waiter of waiters) {
      if (waiter.afterLook >= look) continue;
      waiters.delete(waiter);
      waiter.resolve();
    }
  }

  /** Hints don't count until the second is over: a store that fails is not asked at each commit. */
  function rest(error: unknown): void {
    isResting = true;
    callOff();
    callOff = clock.alarm(clock.nowMs() + LOOK_EVERY_MS, onAlarm);
    onError(error);
  }

  function wake(): void {
    isWanted = true;
    if (!isLooking && !isStopped) looking = look();
  }

  function onAlarm(): void {
    isResting = false;
    callOff = clock.alarm(clock.nowMs() + LOOK_EVERY_MS, onAlarm);
    wake();
  }

  const ignore = store.onChanges((changed) => {
    if (changed === partition) wake();
  });
  onAlarm();

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

    settled() {
      if (isStopped) return Promise.reject(stopped());
      return new Promise((resolve, reject) => {
        waiters.add({ afterLook: looks, resolve, reject });
        wake();
      });
    },

    async stop() {
      isStopped = true;
      ignore();
      callOff();
      for (const { reject } of waiters) reject(stopped());
      waiters.clear();
      await looking;
    },
  };
}

function stopped(): Error {
  return new Error('the feed is followed no further');
}
