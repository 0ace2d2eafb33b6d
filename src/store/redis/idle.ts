import type { UserRecord } from '../../engine/advance.ts';
import { NEVER_MS, saysNothing } from '../../engine/facts.ts';

/** Whether a record has nothing left to say but its last number: no facts, and nothing to come. */
export function isIdle({ facts, untilMs }: UserRecord): boolean {
  return saysNothing(facts) && untilMs === NEVER_MS;
}
