import { FEED_START, type FeedCursor } from './store.ts';

/** As many digits as the largest counter there can be has: padded to them, numbers sort as text. */
const DIGITS = 16;

const CURSOR = /^\d{16}$/;

/** The place right after the feed's entry of this counter; counters begin at 1, and 0 is the start. */
export function cursorAfter(counter: number): FeedCursor {
  return counter === 0 ? FEED_START : String(counter).padStart(DIGITS, '0');
}

/**
 * The counter of the entry that the place is right after, 0 at the start.
 * @throws TypeError for what is no place of a feed: the caller's mistake.
 */
export function counterOf(cursor: FeedCursor): number {
  if (cursor === FEED_START) return 0;
  const counter = CURSOR.test(cursor) ? Number(cursor) : 0;
  if (counter > 0 && Number.isSafeInteger(counter)) return counter;
  throw new TypeError(`not a cursor of this store's feed: ${JSON.stringify(cursor)}`);
}
