import type { Change } from '../engine/advance.ts';
import type { Cause } from '../engine/cause.ts';
import type { Presence } from '../engine/presence.ts';
import {
  type PresenceProperty,
  presenceJson,
  type Shown,
  sequenceNumber,
  type Viewer,
} from './presence-json.ts';

/** What of a presence stands in a history. */
const PROPERTIES: readonly PresenceProperty[] = [
  'availability',
  'activity',
  'outOfOfficeSettings',
  'statusMessage',
  'workLocation',
];

/** What a cause is called; the commands of the mailbox and of the directory by what happened there. */
const NAMES: Record<Cause['kind'], string> = {
  time: 'time',
  sessionExpired: 'sessionExpired',
  sessionFaded: 'sessionFaded',
  preferredPresenceExpired: 'preferredPresenceExpired',
  calendarBegan: 'calendarBegan',
  calendarEnded: 'calendarEnded',
  automaticRepliesBegan: 'automaticRepliesBegan',
  automaticRepliesEnded: 'automaticRepliesEnded',
  statusMessageExpired: 'statusMessageExpired',
  workLocationEnded: 'workLocationEnded',
  setPresence: 'setPresence',
  clearPresence: 'clearPresence',
  setUserPreferredPresence: 'setUserPreferredPresence',
  clearUserPreferredPresence: 'clearUserPreferredPresence',
  setStatusMessage: 'setStatusMessage',
  setLocation: 'setLocation',
  clearLocation: 'clearLocation',
  setCalendar: 'mailboxChanged',
  awaitCalendar: 'mailboxChanged',
  erase: 'erased',
};

/** All names of causes. */
export const CAUSE_NAMES: readonly string[] = [...new Set(Object.values(NAMES))];

/** A change as it stands in a history, as `viewer` may see it. */
export function changeJson(
  userId: string,
  { number, atMs, before, after, cause }: Change,
  viewer: Viewer,
): string {
  const appId = 'appId' in cause ? cause.appId : null;
  return `{${[
    `"dateTime":"${new Date(atMs).toISOString()}"`,
    `"sequenceNumber":"${sequenceNumber(number)}"`,
    `"before":${pastPresenceJson(userId, before, viewer)}`,
    `"after":${pastPresenceJson(userId, after, viewer)}`,
    `"cause":${JSON.stringify({ kind: NAMES[cause.kind], appId })}`,
  ].join(',')}}`;
}

/** A presence as it was once. */
export function pastPresenceJson(userId: string, presence: Presence, viewer: Viewer): string {
  const shown: Shown = { presence, number: 0 };
  return `{${presenceJson(userId, shown, viewer, PROPERTIES)}}`;
}
