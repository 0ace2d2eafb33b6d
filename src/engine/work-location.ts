import { isNow } from './calendar.ts';
import type { Facts, LocationSignal, WorkLocationType } from './facts.ts';

/** Where a user works today, and who says so. */
export interface WorkLocation {
  readonly source: 'manual' | 'automatic' | 'scheduled';
  readonly workLocationType: WorkLocationType;
  readonly placeId: string | null;
}

/** What an event with showAs workingElsewhere says of the place. */
export const SCHEDULED_ELSEWHERE: WorkLocation = Object.freeze({
  source: 'scheduled',
  workLocationType: 'remote',
  placeId: null,
});

/**
 * What the user chose, else the most precise of what apps found out, else what the calendar says (Graph:
 * "userWorkLocation"; docs/decisions/0015-work-location.md). Null where nobody says anything.
 */
export function workLocationAt(facts: Facts, nowMs: number): WorkLocation | null {
  const best = firstSignal(facts, nowMs);
  if (best !== undefined) {
    const { source, workLocationType, placeId } = best;
    return { source, workLocationType, placeId };
  }
  return isNow(facts.calendar, 'workingElsewhere', nowMs) ? SCHEDULED_ELSEWHERE : null;
}

/** The signal that counts, of the user and of apps; undefined where it is left to the calendar. */
export function firstSignal(facts: Facts, nowMs: number): LocationSignal | undefined {
  let best: LocationSignal | undefined;
  for (const signal of facts.locations) {
    if (signal.endsAtMs <= nowMs) continue;
    if (best === undefined || advantageOver(signal, best) !== undefined) best = signal;
  }
  return best;
}

/** By what a signal comes before another: as the user's own, as the more precise, as the later. */
export type Advantage = 'source' | 'precision' | 'time';

/**
 * By what `signal` comes before `other`, if not by being the later; undefined where it doesn't. Signals are kept in the
 * order in which they were said, and that tells which is the later: two may be of one instant, and the clock be set back.
 *
 * @param signal was said after `other`, or is the one that counts
 */
export function advantageOver(
  signal: LocationSignal,
  other: LocationSignal,
): Advantage | undefined {
  if (signal.source !== other.source) return signal.source === 'manual' ? 'source' : undefined;
  const difference = precision(signal) - precision(other);
  if (difference !== 0) return difference > 0 ? 'precision' : undefined;
  return 'time';
}

/** A building says more than "the office", and that more than nothing. */
function precision({ workLocationType, placeId }: LocationSignal): number {
  if (placeId !== null) return 2;
  return workLocationType === 'unspecified' ? 0 : 1;
}

export function sameWorkLocation(a: WorkLocation | null, b: WorkLocation | null): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  return (
    a.source === b.source && a.workLocationType === b.workLocationType && a.placeId === b.placeId
  );
}
