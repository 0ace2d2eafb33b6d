import { NEW_RECORD, type UserRecord } from '../engine/advance.ts';
import { NEVER_MS, type StatusMessage } from '../engine/facts.ts';
import { PRESENCE_UNKNOWN } from '../engine/pair.ts';
import type { WorkLocation } from '../engine/work-location.ts';
import { NO_EXPIRY } from './date-time-zone.ts';

/** The properties of Graph's presence resource, in the order in which they are written. */
export const PRESENCE_PROPERTIES = [
  'id',
  'availability',
  'activity',
  'outOfOfficeSettings',
  'sequenceNumber',
  'statusMessage',
  'workLocation',
] as const;

export type PresenceProperty = (typeof PRESENCE_PROPERTIES)[number];

/** Who reads: of someone else's status message only the text is shown (Graph, "presenceStatusMessage"). */
export type Viewer = 'self' | 'other';

/** JSON of each property; strings, so that a bulk read doesn't build objects to take them apart again. */
type Members = Record<PresenceProperty, string>;

/** How Graph says that nothing is known of it. */
const NO_WORK_LOCATION = '{"source":"none","workLocationType":"unspecified","placeId":null}';

/** What of a record, or of a change, an answer shows. */
export type Shown = Pick<UserRecord, 'presence' | 'number'>;

/** What everyone but the user sees of a record: records are immutable, and read more than written. */
const seenByOthers = new WeakMap<Shown, string>();

/**
 * A presence as it stands in an answer, without the braces, so that the caller can put an
 * `@odata.context` before it. `record` must hold at the instant of the answer.
 */
export function presenceJson(
  userId: string,
  record: Shown,
  viewer: Viewer,
  selected: readonly PresenceProperty[] = PRESENCE_PROPERTIES,
): string {
  const cacheable =
    selected === PRESENCE_PROPERTIES &&
    (viewer === 'other' || record.presence.statusMessage === null) &&
    // All users about whom nothing was said share this one.
    record !== NEW_RECORD;
  if (!cacheable) return join(members(userId, record, viewer), selected);
  let json = seenByOthers.get(record);
  if (json === undefined) {
    json = join(members(userId, record, 'other'), selected);
    seenByOthers.set(record, json);
  }
  return json;
}

/** How a bulk read shows a user that the tenant doesn't know (docs/decisions/0011-unknown-users.md). */
export function unknownPresenceJson(
  userId: string,
  selected: readonly PresenceProperty[] = PRESENCE_PROPERTIES,
): string {
  const unknown: Members = {
    id: JSON.stringify(userId),
    availability: `"${PRESENCE_UNKNOWN.availability}"`,
    activity: `"${PRESENCE_UNKNOWN.activity}"`,
    outOfOfficeSettings: 'null',
    sequenceNumber: 'null',
    statusMessage: 'null',
    workLocation: 'null',
  };
  return join(unknown, selected);
}

/** Fixed width and sortable as a string: sixteen digits hold every number JavaScript counts exactly. */
export function sequenceNumber(number: number): string {
  return `A${String(number).padStart(16, '0')}`;
}

function members(userId: string, { presence, number }: Shown, viewer: Viewer): Members {
  return {
    id: `"${userId}"`,
    availability: `"${presence.availability}"`,
    activity: `"${presence.activity}"`,
    outOfOfficeSettings: `{"message":${JSON.stringify(presence.outOfOfficeMessage)},"isOutOfOffice":${presence.isOutOfOffice}}`,
    sequenceNumber: `"${sequenceNumber(number)}"`,
    statusMessage: statusMessageJson(presence.statusMessage, viewer),
    workLocation: workLocationJson(presence.workLocation),
  };
}

function join(json: Members, selected: readonly PresenceProperty[]): string {
  return selected.map((name) => `"${name}":${json[name]}`).join(',');
}

function workLocationJson(location: WorkLocation | null): string {
  if (location === null) return NO_WORK_LOCATION;
  const { source, workLocationType, placeId } = location;
  return JSON.stringify({ source, workLocationType, placeId });
}

function statusMessageJson(status: StatusMessage | null, viewer: Viewer): string {
  if (status === null) return 'null';
  const message = { content: status.content, contentType: 'text' };
  if (viewer === 'other') return JSON.stringify({ message });
  return JSON.stringify({
    message,
    publishedDateTime: new Date(status.publishedAtMs).toISOString(),
    expiryDateTime: status.expiresAtMs === NEVER_MS ? NO_EXPIRY : status.expiry,
  });
}
