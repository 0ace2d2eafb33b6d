import { DAY_MS } from '../../calendar/days.ts';
import type { WallMs, Zone } from '../../calendar/event.ts';
import { formatDateTimeOffset } from '../../graph/date-time-offset.ts';
import type { DateTimeTimeZone } from '../../graph/date-time-zone.ts';
import { previewOf, textOfHtml } from '../plain-text.ts';
import type { Location } from './fields.ts';
import type { ShownEvent } from './shown.ts';
import { writeInstant, writeWall } from './time.ts';

/** How a reader wants events written. */
export interface EventStyle {
  /** On whose clock start and end are, and what the reader calls that zone. */
  readonly zone: Zone;
  readonly zoneName: string;
  readonly bodyAsText: boolean;
}

type Property = (event: ShownEvent, style: EventStyle) => unknown;

/** Properties in the order of the real service; undefined for what an event hasn't got. */
const PROPERTIES = {
  id: ({ id }) => id,
  createdDateTime: ({ stored }) => formatDateTimeOffset(stored.createdMs),
  lastModifiedDateTime: ({ stored }) => formatDateTimeOffset(stored.modifiedMs),
  changeKey: changeKeyOf,
  categories: ({ fields }) => fields.categories,
  transactionId: ({ stored }) => stored.transaction?.id,
  originalStartTimeZone: ({ fields }) => fields.start.timeZone,
  originalEndTimeZone: ({ fields }) => fields.end.timeZone,
  iCalUId: ({ stored, fields, id }) => (fields.iCalUId ?? stored.id) + id.slice(stored.id.length),
  reminderMinutesBeforeStart: ({ fields }) => fields.reminderMinutesBeforeStart,
  isReminderOn: ({ fields }) => fields.isReminderOn,
  hasAttachments: () => false,
  subject: ({ fields }) => fields.subject,
  bodyPreview: ({ fields: { body } }) => previewOf(body.contentType, body.content),
  importance: ({ fields }) => fields.importance,
  sensitivity: ({ fields }) => fields.sensitivity,
  originalStart: ({ originalStartMs }) =>
    originalStartMs === null ? undefined : writeInstant(originalStartMs),
  isAllDay: ({ fields }) => fields.isAllDay,
  isCancelled: ({ fields }) => fields.isCancelled,
  isOrganizer: ({ fields }) => fields.isOrganizer,
  responseRequested: ({ fields }) => fields.responseRequested,
  seriesMasterId: ({ stored, originalStartMs }) => (originalStartMs === null ? null : stored.id),
  showAs: ({ fields }) => fields.showAs,
  type: ({ type }) => type,
  webLink: () => null,
  onlineMeetingUrl: () => null,
  isOnlineMeeting: ({ fields }) => fields.isOnlineMeeting,
  onlineMeetingProvider: ({ fields }) => fields.onlineMeetingProvider,
  allowNewTimeProposals: ({ fields }) => fields.allowNewTimeProposals,
  hideAttendees: ({ fields }) => fields.hideAttendees,
  responseStatus: ({ fields }) => fields.responseStatus,
  body: ({ fields: { body } }, { bodyAsText }) =>
    bodyAsText && body.contentType === 'html'
      ? { contentType: 'text', content: textOfHtml(body.content) }
      : body,
  start: ({ slot, startsAtMs }, style) =>
    timeJson(slot.isAllDay, slot.start.wall, startsAtMs, style),
  end: ({ slot, endsAtMs }, style) =>
    timeJson(slot.isAllDay, slot.start.wall + slot.length.days * DAY_MS, endsAtMs, style),
  location: ({ fields }) => locationJson(fields.locations),
  locations: ({ fields }) => fields.locations.map((each) => ({ ...DEFAULT_LOCATION, ...each })),
  recurrence: ({ fields }) => fields.recurrence,
  attendees: ({ fields }) => fields.attendees,
  organizer: ({ fields }) => fields.organizer,
  onlineMeeting: () => null,
} as const satisfies Readonly<Record<string, Property>>;

export type EventProperty = keyof typeof PROPERTIES;

export const EVENT_PROPERTIES = Object.keys(PROPERTIES) as readonly EventProperty[];

/** What Calendars.ReadBasic doesn't show (Graph's reference of permissions). */
export const BEYOND_BASIC: ReadonlySet<EventProperty> = new Set(['body', 'bodyPreview']);

/**
 * An event as Graph's JSON, with its tag.
 * @param selected in the order of the resource; the id is there in any case
 */
export function eventJson(
  event: ShownEvent,
  style: EventStyle,
  selected: readonly EventProperty[] = EVENT_PROPERTIES,
): Record<string, unknown> {
  const json: Record<string, unknown> = { '@odata.etag': etagOf(event), id: event.id };
  for (const name of selected) {
    const value = (PROPERTIES[name] as Property)(event, style);
    if (value !== undefined) json[name] = value;
  }
  return json;
}

/** A weak tag: the same event may be written in several ways. */
export function etagOf(event: ShownEvent): string {
  return `W/"${changeKeyOf(event)}"`;
}

function changeKeyOf({ stored }: Pick<ShownEvent, 'stored'>): string {
  return Buffer.from(`${stored.modifiedMs}.${stored.revision}`).toString('base64');
}

/** Whole days are days wherever one is: they begin at midnight of whatever zone is asked for. */
function timeJson(
  isAllDay: boolean,
  wall: WallMs,
  instantMs: number,
  { zone, zoneName }: EventStyle,
): DateTimeTimeZone {
  return { dateTime: writeWall(isAllDay ? wall : zone.wallOf(instantMs)), timeZone: zoneName };
}

const DEFAULT_LOCATION = { displayName: '', locationType: 'default', uniqueIdType: 'unknown' };

/** Of several places the one `location` says them all, as in Outlook. */
function locationJson(locations: readonly Location[]): object {
  const [first, ...more] = locations;
  if (more.length === 0) return { ...DEFAULT_LOCATION, ...first };
  const displayName = locations.map((each) => each.displayName).join('; ');
  return { ...DEFAULT_LOCATION, displayName };
}
