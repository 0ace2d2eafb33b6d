import type { Change } from '../engine/advance.ts';
import { samePresence } from '../engine/presence.ts';

/** Whether a change is kept as a part of its user's history: one that changes nothing marks a place in the feed. */
export function isHistory({ before, after }: Change): boolean {
  return !samePresence(before, after);
}
