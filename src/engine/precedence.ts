import type { CalendarSpanKind } from './facts.ts';
import {
  type Activity,
  AVAILABLE,
  AVAILABLE_INACTIVE,
  type Availability,
  AWAY,
  BE_RIGHT_BACK,
  BUSY,
  DO_NOT_DISTURB,
  FOCUSING,
  IN_A_CALL,
  IN_A_CONFERENCE_CALL,
  IN_A_MEETING,
  OFFLINE,
  type Pair,
  PRESENTING,
  pair,
} from './pair.ts';

/**
 * Which state wins when several sessions live, or the calendar says another: the first in this list.
 * Source: Graph orders DoNotDisturb, Busy, Available, Away; the places of the rest are our decision
 * (docs/decisions/0005-order-of-session-states.md). docs/presence-rules.md prints the same list, and
 * a test holds the two together.
 */
export const SESSION_STATE_ORDER: readonly Pair[] = [
  PRESENTING,
  FOCUSING,
  DO_NOT_DISTURB,
  IN_A_CONFERENCE_CALL,
  IN_A_CALL,
  IN_A_MEETING,
  BUSY,
  AVAILABLE,
  AVAILABLE_INACTIVE,
  BE_RIGHT_BACK,
  AWAY,
  OFFLINE,
];

const ranks = new Map(SESSION_STATE_ORDER.map((state, rank) => [state, rank]));

/** Place of a session state in the order, 0 wins. A state that no session can have ranks last. */
export function rankOf(state: Pair): number {
  return ranks.get(state) ?? SESSION_STATE_ORDER.length;
}

/**
 * The state that a stretch of the calendar puts beside those of the sessions; the other kinds put none.
 * Our decision: docs/decisions/0007-calendar.md.
 */
export const CALENDAR_STATE: Partial<Record<CalendarSpanKind, Pair>> = {
  busy: IN_A_MEETING,
  focusing: FOCUSING,
};

/**
 * What being out of office makes of the activity, by availability; the others keep theirs.
 * Our decision: docs/decisions/0008-out-of-office.md.
 */
const OUT_OF_OFFICE_ACTIVITY: Partial<Record<Availability, Activity>> = {
  Available: 'OutOfOffice',
  Away: 'OutOfOffice',
  Offline: 'OutOfOffice',
};

/** The pair shown for a user who is out of office and would otherwise show `shown`. */
export function outOfOfficePair(shown: Pair): Pair {
  const activity = OUT_OF_OFFICE_ACTIVITY[shown.availability];
  return activity === undefined ? shown : pair(shown.availability, activity);
}
