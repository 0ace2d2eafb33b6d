import { type Facts, NEVER_MS, withoutEnded } from './facts.ts';
import { type Presence, presenceAt, samePresence } from './presence.ts';
import { type Turn, turnsAt, withoutTurns } from './turns.ts';

export interface NextChange {
  readonly atMs: number;
  /** What is shown from then on. */
  readonly presence: Presence;
  /** What brings it about; what happens at the same instant and changes nothing isn't here. */
  readonly causes: readonly Turn[];
}

/**
 * The first change of anything that readers see and that comes by time alone; null when none does. Of the calendar
 * it knows what the facts hold.
 */
export function nextChange(facts: Facts, nowMs: number): NextChange | null {
  let { presence, edgeMs } = presenceAt(facts, nowMs);
  while (edgeMs !== NEVER_MS) {
    const atMs = edgeMs;
    const next = presenceAt(withoutEnded(facts, atMs), atMs);
    if (!samePresence(presence, next.presence)) {
      return { atMs, presence: next.presence, causes: causesOf(facts, atMs, next.presence) };
    }
    presence = next.presence;
    edgeMs = next.edgeMs;
  }
  return null;
}

/** The fewest of the turns at an instant from which `presence` follows, had the others not come. */
function causesOf(facts: Facts, atMs: number, presence: Presence): readonly Turn[] {
  let held = facts;
  return turnsAt(facts, atMs).filter((turn) => {
    const without = withoutTurns(held, [turn], atMs);
    if (!samePresence(presenceAt(without, atMs).presence, presence)) return true;
    held = without;
    return false;
  });
}
