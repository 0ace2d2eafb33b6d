import type { Cause } from '../engine/cause.ts';
import type { CalendarSpanKind, WorkLocationType } from '../engine/facts.ts';
import { type Activity, type Availability, type Pair, pair } from '../engine/pair.ts';
import type { WorkLocation } from '../engine/work-location.ts';

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
  // 6 was given once, and is kept from being given again.
  setCalendar: 7,
  awaitCalendar: 8,
  setLocation: 9,
  clearLocation: 10,
  erase: 11,
  sessionExpired: 12,
  sessionFaded: 13,
  preferredPresenceExpired: 14,
  calendarBegan: 15,
  calendarEnded: 16,
  automaticRepliesBegan: 17,
  automaticRepliesEnded: 18,
  statusMessageExpired: 19,
  workLocationEnded: 20,
};

const SPANS: Record<CalendarSpanKind, number> = {
  busy: 0,
  focusing: 1,
  outOfOffice: 2,
  workingElsewhere: 3,
};

const SOURCES: Record<WorkLocation['source'], number> = { manual: 0, automatic: 1, scheduled: 2 };

const LOCATIONS: Record<WorkLocationType, number> = {
  unspecified: 0,
  office: 1,
  remote: 2,
  timeOff: 3,
};

const ACTIVITY_RANGE = 64;

const pairs: Pair[] = [];
for (const availability of namesOf(AVAILABILITIES)) {
  for (const activity of namesOf(ACTIVITIES)) {
    pairs[codeOfPair({ availability, activity })] = pair(availability, activity);
  }
}
const causes = namesByCode(CAUSES);
const spans = namesByCode(SPANS);
const sources = namesByCode(SOURCES);
const locations = namesByCode(LOCATIONS);

function namesByCode<Name extends string>(codes: Record<Name, number>): (Name | undefined)[] {
  const names: (Name | undefined)[] = [];
  for (const name of namesOf(codes)) names[codes[name]] = name;
  return names;
}

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

export function codeOfSpan(kind: CalendarSpanKind): number {
  return SPANS[kind];
}

export function spanOfCode(code: number): CalendarSpanKind | undefined {
  return spans[code];
}

export function codeOfSource(source: WorkLocation['source']): number {
  return SOURCES[source];
}

export function sourceOfCode(code: number): WorkLocation['source'] | undefined {
  return sources[code];
}

export function codeOfLocation(type: WorkLocationType): number {
  return LOCATIONS[type];
}

export function locationOfCode(code: number): WorkLocationType | undefined {
  return locations[code];
}
