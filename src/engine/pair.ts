/** How reachable a user is, at a glance. PascalCase is what the wire carries (docs/presence-rules.md, rule 1). */
export type Availability =
  | 'Available'
  | 'AvailableIdle'
  | 'Away'
  | 'BeRightBack'
  | 'Busy'
  | 'BusyIdle'
  | 'DoNotDisturb'
  | 'Offline'
  | 'PresenceUnknown';

/** What the user is doing: refines the availability. */
export type Activity =
  | 'Available'
  | 'AvailableInactive'
  | 'Away'
  | 'BeRightBack'
  | 'Busy'
  | 'DoNotDisturb'
  | 'Focusing'
  | 'InACall'
  | 'InAConferenceCall'
  | 'InAMeeting'
  | 'Offline'
  | 'OffWork'
  | 'OutOfOffice'
  | 'PresenceUnknown'
  | 'Presenting'
  | 'UrgentInterruptionsOnly';

/** An availability together with the activity that refines it. */
export interface Pair {
  readonly availability: Availability;
  readonly activity: Activity;
}

const interned = new Map<string, Pair>();

/** The one object for this pair: pairs made here can be compared with `===`. */
export function pair(availability: Availability, activity: Activity): Pair {
  const name = `${availability}/${activity}`;
  let found = interned.get(name);
  if (found === undefined) {
    found = Object.freeze({ availability, activity });
    interned.set(name, found);
  }
  return found;
}

/** `Busy/InACall`: how messages, tables and tests name a pair. */
export function pairName({ availability, activity }: Pair): string {
  return `${availability}/${activity}`;
}

export const AVAILABLE = pair('Available', 'Available');
export const AVAILABLE_INACTIVE = pair('Available', 'AvailableInactive');
export const AWAY = pair('Away', 'Away');
export const BE_RIGHT_BACK = pair('BeRightBack', 'BeRightBack');
export const BUSY = pair('Busy', 'Busy');
export const IN_A_CALL = pair('Busy', 'InACall');
export const IN_A_CONFERENCE_CALL = pair('Busy', 'InAConferenceCall');
export const IN_A_MEETING = pair('Busy', 'InAMeeting');
export const DO_NOT_DISTURB = pair('DoNotDisturb', 'DoNotDisturb');
export const FOCUSING = pair('DoNotDisturb', 'Focusing');
export const PRESENTING = pair('DoNotDisturb', 'Presenting');
export const OFFLINE = pair('Offline', 'Offline');
export const OFF_WORK = pair('Offline', 'OffWork');
export const PRESENCE_UNKNOWN = pair('PresenceUnknown', 'PresenceUnknown');
