import { DAY_MS } from '../calendar/days.ts';
import type { Zone } from '../calendar/event.ts';

/** When the day ends that a zone's wall clock shows at an instant: the next midnight there. */
export function endOfDay(nowMs: number, zone: Zone): number {
  for (let wall = nextMidnight(zone.wallOf(nowMs)); ; wall += DAY_MS) {
    const endsAtMs = zone.instantOf(wall);
    // A clock set back over midnight shows one midnight twice, and the first of them may have been.
    if (endsAtMs > nowMs) return endsAtMs;
  }
}

function nextMidnight(wall: number): number {
  return (Math.floor(wall / DAY_MS) + 1) * DAY_MS;
}
