import { isNow } from './calendar.ts';
import type { Facts, LocationSignal, WorkLocationType } from './facts.ts';

/** Where a user works today, and who says so. */
export interface WorkLocation {
  readonly source: 'manual' | 'automatic' | 'scheduled';
  readonly workLocationType: WorkLocationType;
  readonly placeId: string | null;
}

/** What an event with showAs workingElsewhere says of the place. */
const SCHEDULED_ELSEWHERE: WorkLocation = Object.freeze({
  source: 'scheduled',
  workLocationType: 'remote',
  placeId: null,
});

/**
 * What the user chose, else the most precise of what apps found out, else what the calendar says (Graph:
 * "userWorkLocation"; docs/decisions/0015-work-location.md). Null where nobody says anything.
 */
export function workLocationAt(facts: Facts, nowMs: number): WorkLocation | null {
  let best: LocationSignal | undefined;
  for (const signal of facts.locations) {
    if (signal.endsAtMs <= nowMs) continue;
    if (best === undefined || outweighs(signal, best)) best = signal;
  }
  if (best !== undefined) {
    const { source, workLocationType, placeId } = best;
    return { source, workLocationType, placeId };
  }
  return isNow(facts.calendar, 'workingElsewhere', nowMs) ? SCHEDULED_ELSEWHERE : null;
}

function outweighs(signal: LocationSignal, best: LocationSignal): boolean {
  if (signal.source !== best.source) return signal.source === 'manual';
  const difference = precision(signal) - precision(best);
  return difference > 0 || (difference === 0 && signal.setAtMs > best.setAtMs);
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
