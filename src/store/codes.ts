import type { Cause } from '../engine/advance.ts';
import { type Activity, type Availability, type Pair, pair } from '../engine/pair.ts';

/*
 * The numbers that names have in stored values. They never change; a new name gets a new number.
 */

const AVAILABILITIES: Record<Availability, number> = {
  Available: 0,
  AvailableIdle: 1,
  Away: 2,
  BeRightBack: 3,
  Busy: 4,
  BusyIdle: 5,
  DoNotDisturb: 6,
  Offline: 7,
  PresenceUnknown: 8,
};

const ACTIVITIES: Record<Activity, number> = {
  Available: 0,
  AvailableInactive: 1,
  Away: 2,
  BeRightBack: 3,
  Busy: 4,
  DoNotDisturb: 5,
  Focusing: 6,
  InACall: 7,
  InAConferenceCall: 8,
  InAMeeting: 9,
  Offline: 10,
  OffWork: 11,
  OutOfOffice: 12,
  PresenceUnknown: 13,
  Presenting: 14,
  UrgentInterruptionsOnly: 15,
};

const CAUSES: Record<Cause['kind'], number> = {
  time: 0,
  setPresence: 1,
  clearPresence: 2,
  setUserPreferredPresence: 3,
  clearUserPreferredPresence: 4,
  setStatusMessage: 5,
  setOutOfOffice: 6,
};

const ACTIVITY_RANGE = 64;

const pairs: Pair[] = [];
for (const availability of namesOf(AVAILABILITIES)) {
  for (const activity of namesOf(ACTIVITIES)) {
    pairs[codeOfPair({ availability, activity })] = pair(availability, activity);
  }
}
const causes: Cause['kind'][] = [];
for (const kind of namesOf(CAUSES)) causes[CAUSES[kind]] = kind;

function namesOf<Name extends string>(codes: Record<Name, number>): Name[] {
  return Object.keys(codes) as Name[];
}

/** Code of a pair, below 2¹⁶. */
export function codeOfPair({ availability, activity }: Pair): number {
  return AVAILABILITIES[availability] * ACTIVITY_RANGE + ACTIVITIES[activity];
}

/** The one object for the pair of this code, as `pair()` gives it. */
export function pairOfCode(code: number): Pair | undefined {
  return pairs[code];
}

export function codeOfCause(kind: Cause['kind']): number {
  return CAUSES[kind];
}

export function causeOfCode(code: number): Cause['kind'] | undefined {
  return causes[code];
}
