import type { Change } from '../engine/advance.ts';
import type { Presence } from '../engine/presence.ts';

/**
 * What was so at an instant, as far as these changes say: what the first one after it found. Undefined where none
 * is after it; with nothing more to come, it is what is so now.
 */
export function presenceAsOf(changes: readonly Change[], atMs: number): Presence | undefined {
  return changes.find((change) => change.atMs > atMs)?.before;
}
