import type { UserRecord } from './advance.ts';
import { presenceAt, samePresence } from './presence.ts';

/**
 * When the presence of a record became what it is, by its number; null where that doesn't tell: before the first
 * change, and while a clock that was set back hasn't come to it again. Changes within one millisecond count
 * on from it, so it may be some ms late (docs/decisions/0010-sequence-numbers.md).
 */
export function changedAtMs({ number }: UserRecord, nowMs: number): number | null {
  return number === 0 || number > nowMs ? null : number;
}

/**
 * The instant of which a record's presence is: `nowMs`, or the one of the last change where the clock was set back
 * behind it. Time doesn't run back for a user: what had faded by then stays faded (`advance`).
 */
export function standsAtMs({ facts, presence, number }: UserRecord, nowMs: number): number {
  if (number <= nowMs || samePresence(presenceAt(facts, nowMs).presence, presence)) return nowMs;
  return number;
}
