import type { Clock } from '../clock.ts';
import type { PresenceStore } from '../store/store.ts';
import { createFeedTail, type FeedTail } from './feed-tail.ts';

/** The ends of the feeds of partitions, each read once for everybody on this server who follows it. */
export interface FeedTails {
  /**
   * Follows a partition's feed, from its present end on unless somebody follows it already.
   * @throws StoreUnavailable when its end can't be asked for now; the next call asks again
   */
  open(partition: number): Promise<OpenTail>;
  /** Resolves once everything committed before the call was told by all tails that are open. */
  settled(): Promise<void>;
  /** Reads no further, and opens no more; resolves when nothing is under way. */
  stop(): Promise<void>;
}

/** One follower's share of a tail. */
export interface OpenTail extends Pick<FeedTail, 'cursor' | 'follow' | 'settled'> {
  /** Not needed any more: tells nothing from now on, and the last one stops the reading. */
  release(): void;
}

export interface FeedTailsParts {
  readonly store: PresenceStore;
  /** As a lookout's. */
  readonly steadyClock: Clock;
  /** As for a single tail. */
  readonly onError: (error: unknown) => void;
}

interface Shared {
  /** Who has it open or waits for it. */
  holders: number;
  readonly opening: Promise<FeedTail>;
  /** Once it is open. */
  tail?: FeedTail;
}

export function createFeedTails({ store, steadyClock, onError }: FeedTailsParts): FeedTails {
  const tails = new Map<number, Shared>();
  /** What was let go of and may still be reading. */
  const stopping = new Set<Promise<void>>();
  let isStopped = false;

  const stopped = () => new Error('the feeds are followed no further');

  async function begin(partition: number): Promise<FeedTail> {
    const { end } = await store.feedBounds(partition);
    if (isStopped) throw stopped();
    return createFeedTail({ store, partition, steadyClock, start: end, onError });
  }

  function share(partition: number): Shared {
    const found = tails.get(partition);
    if (found !== undefined) return found;
    const shared: Shared = { holders: 0, opening: begin(partition) };
    tails.set(partition, shared);
    return shared;
  }

  function drop(partition: number, shared: Shared): void {
    if (tails.get(partition) === shared) tails.delete(partition);
  }

  function letGo(partition: number, shared: Shared): void {
    shared.holders--;
    if (shared.holders > 0 || shared.tail === undefined) return;
    drop(partition, shared);
    const end = shared.tail.stop().finally(() => stopping.delete(end));
    stopping.add(end);
  }

  function openTail(partition: number, shared: Shared, tail: FeedTail): OpenTail {
    const following = new Set<() => void>();
    let isReleased = false;
    return {
      get cursor() {
        return tail.cursor;
      },
      follow(listener) {
        const stop = tail.follow(listener);
        const unfollow = () => {
          following.delete(unfollow);
          stop();
        };
        following.add(unfollow);
        return unfollow;
      },
      settled: () => tail.settled(),
      release() {
        if (isReleased) return;
        isReleased = true;
        for (const unfollow of following) unfollow();
        letGo(partition, shared);
      },
    };
  }

  return {
    async open(partition) {
      if (isStopped) throw stopped();
      const shared = share(partition);
      shared.holders++;
      try {
        shared.tail = await shared.opening;
      } catch (error) {
        drop(partition, shared);
        throw error;
      }
      if (isStopped) throw stopped();
      return openTail(partition, shared, shared.tail);
    },

    async settled() {
      if (isStopped) throw stopped();
      await Promise.all(
        Array.from(tails, async ([partition, shared]) => {
          try {
            await shared.tail?.settled();
          } catch (error) {
            // One that was released meanwhile is not open any more.
            if (isStopped || tails.get(partition) === shared) throw error;
          }
        }),
      );
    },

    async stop() {
      isStopped = true;
      const open = [...tails.values()];
      tails.clear();
      // What is open tells nothing from here on; what is being opened doesn't begin.
      await Promise.all(open.map(({ tail, opening }) => tail?.stop() ?? opening.catch(() => {})));
      await Promise.all(stopping);
    },
  };
}
