import type { UserKey } from '../store/store.ts';

/** Refills under way at a time: each waits for two commits, and those are shared. */
const MOST_AT_ONCE = 16;

/** Users that wait at most. Who doesn't fit is offered again in five minutes, as calendars come due again. */
const MOST_WAITING = 10_000;

/** Fills the windows of calendars again, beside whatever offers the users. */
export interface Refills {
  /** Takes a user whose calendar is to be looked at; at once, and without telling what becomes of it. */
  offer(user: UserKey): void;
  /** Resolves when nothing waits and nothing is under way. */
  settled(): Promise<void>;
  /** Takes nobody any more and forgets who waits; resolves when nothing is under way. */
  stop(): Promise<void>;
}

export interface RefillsParts {
  readonly refill: (user: UserKey) => Promise<void>;
  /** Told of each refill that failed. The user comes due again. */
  readonly onError: (error: unknown) => void;
  readonly mostAtOnce?: number;
  readonly mostWaiting?: number;
}

export function createRefills({
  refill,
  onError,
  mostAtOnce = MOST_AT_ONCE,
  mostWaiting = MOST_WAITING,
}: RefillsParts): Refills {
  const waiting = new Map<string, UserKey>();
  const underWay = new Map<string, Promise<void>>();
  let isStopped = false;

  function begin(): void {
    for (const [key, user] of waiting) {
      if (underWay.size >= mostAtOnce) return;
      waiting.delete(key);
      underWay.set(key, run(key, user));
    }
  }

  async function run(key: string, user: UserKey): Promise<void> {
    // Not before whoever offers has had its turn.
    await undefined;
    try {
      await refill(user);
    } catch (error) {
      onError(error);
    }
    underWay.delete(key);
    begin();
  }

  async function settled(): Promise<void> {
    while (underWay.size > 0) await Promise.all(underWay.values());
  }

  return {
    offer(user) {
      const key = `${user.tenantId} ${user.userId}`;
      if (isStopped || underWay.has(key) || waiting.has(key)) return;
      if (waiting.size >= mostWaiting) return;
      waiting.set(key, user);
      begin();
    },
    settled,
    async stop() {
      isStopped = true;
      waiting.clear();
      await settled();
    },
  };
}
