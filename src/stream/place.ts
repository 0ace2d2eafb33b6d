import { invalidArgument } from '../graph/error.ts';
import { counterOf } from '../store/cursor.ts';
import type { FeedBounds, FeedCursor } from '../store/store.ts';

/**
 * A place in the feed as a client gives it back.
 * @throws GraphError 400 for what never was one
 */
export function placeFrom(text: string, field: string): FeedCursor {
  try {
    counterOf(text);
    return text;
  } catch {
    throw invalidArgument(`[${field}]: This is no place that the server gave.`);
  }
}

/**
 * Whether all that came after a place can still be read. Not so where it was forgotten, and where the
 * feed is younger than the place: the store was put back to what it once was.
 */
export function isKept(place: FeedCursor, { start, end }: FeedBounds): boolean {
  return start <= place && place <= end;
}
