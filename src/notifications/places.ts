import type { FeedCursor } from '../store/store.ts';

/** The earlier of two places of one feed. */
export function earlier(a: FeedCursor, b: FeedCursor): FeedCursor {
  if (a < b) return a;
  return b;
}

/** The later of two places of one feed. */
export function later(a: FeedCursor, b: FeedCursor): FeedCursor {
  if (a > b) return a;
  return b;
}
