import { invalidArgument } from '../graph/error.ts';
import { isPlace, type Place, readPlace } from '../store/place.ts';

/**
 * A place in so many feeds as a client gives it back. Undefined where it is one of another store: nothing
 * that came after it is to be had here.
 * @throws GraphError 400 for what never was one
 */
export function placeFrom(text: string, partitions: number, field: string): Place | undefined {
  try {
    return readPlace(text, partitions);
  } catch {
    if (isPlace(text)) return undefined;
    throw invalidArgument(`[${field}]: This is no place that the server gave.`);
  }
}
