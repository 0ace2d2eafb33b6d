import type { DateTimeTimeZone } from '../../graph/date-time-zone.ts';
import { invalidArgument } from '../../graph/error.ts';
import { atMost, type Given, oneOf, required, shortText } from '../settings/said.ts';
import {
  type Attendee,
  type EmailAddress,
  type EventFields,
  type ItemBody,
  type Location,
  NEVER_TIME,
  type ResponseStatus,
} from './fields.ts';
import { EVENT_LIMITS } from './limits.ts';
import { type RecurrenceInput, readRecurrence } from './recurrence-input.ts';
import { readZoned, writeWall } from './time.ts';
import { checkedTimes } from './times.ts';

interface EmailAddressInput {
  readonly name?: Given<string>;
  readonly address?: Given<string>;
}

interface ResponseStatusInput {
  readonly response?: Given<string>;
  readonly time?: Given<string>;
}

/** What a client says of an event: Graph's words in any case, null for what is to be as if never said. */
export interface EventInput {
  readonly subject?: Given<string>;
  readonly body?: Given<{
    readonly contentType?: Given<string>;
    readonly content?: Given<string>;
  }>;
  readonly start?: Given<DateTimeTimeZone>;
  readonly end?: Given<DateTimeTimeZone>;
  readonly isAllDay?: Given<boolean>;
  readonly showAs?: Given<string>;
  readonly isCancelled?: Given<boolean>;
  readonly isOrganizer?: Given<boolean>;
  readonly responseStatus?: Given<ResponseStatusInput>;
  readonly sensitivity?: Given<string>;
  readonly importance?: Given<string>;
  readonly categories?: Given<readonly string[]>;
  readonly location?: Given<Readonly<Record<string, unknown>>>;
  readonly locations?: Given<readonly Readonly<Record<string, unknown>>[]>;
  readonly attendees?: Given<
    readonly {
      readonly type?: Given<string>;
      readonly status?: Given<ResponseStatusInput>;
      readonly emailAddress?: Given<EmailAddressInput>;
    }[]
  >;
  readonly organizer?: Given<{ readonly emailAddress?: Given<EmailAddressInput> }>;
  readonly recurrence?: Given<RecurrenceInput>;
  readonly iCalUId?: Given<string>;
  readonly reminderMinutesBeforeStart?: Given<number>;
  readonly isReminderOn?: Given<boolean>;
  readonly isOnlineMeeting?: Given<boolean>;
  readonly onlineMeetingProvider?: Given<string>;
  readonly allowNewTimeProposals?: Given<boolean>;
  readonly responseRequested?: Given<boolean>;
  readonly hideAttendees?: Given<boolean>;
  readonly transactionId?: Given<string>;
}

const SHOW_AS = ['free', 'tentative', 'busy', 'oof', 'workingElsewhere', 'unknown'] as const;
const RESPONSES = [
  'none',
  'organizer',
  'tentativelyAccepted',
  'accepted',
  'declined',
  'notResponded',
] as const;
const PROVIDERS = ['unknown', 'teamsForBusiness', 'skypeForBusiness', 'skypeForConsumer'] as const;

/** How each property of a request is read; null is the property as it is when nobody says anything. */
type Readers = {
  readonly [Name in keyof EventFields]: (
    value: NonNullable<EventInput[Name & keyof EventInput]> | null,
  ) => EventFields[Name];
};

/** Times are required, and what an invitation shows by default depends on whose it is: `newFields` says. */
const READERS: Omit<Readers, 'start' | 'end' | 'locations'> = {
  subject: (text) => shortText(text ?? '', 'Subject'),
  body: (body) => readBody(body),
  isAllDay: (value) => value ?? false,
  showAs: (value) => oneOf(SHOW_AS, value ?? 'busy', 'ShowAs'),
  isCancelled: (value) => value ?? false,
  isOrganizer: (value) => value ?? true,
  responseStatus: (value) => readResponse(value, 'ResponseStatus', 'none'),
  sensitivity: (value) =>
    oneOf(['normal', 'personal', 'private', 'confidential'], value ?? 'normal', 'Sensitivity'),
  importance: (value) => oneOf(['low', 'normal', 'high'], value ?? 'normal', 'Importance'),
  categories: (names) =>
    atMost(EVENT_LIMITS.categories, names ?? [], 'Categories').map((name) =>
      shortText(name, 'Categories'),
    ),
  attendees: (all) =>
    atMost(EVENT_LIMITS.attendees, all ?? [], 'Attendees').map(
      ({ type, status, emailAddress }): Attendee => ({
        type: oneOf(['required', 'optional', 'resource'], type ?? 'required', 'Attendees.Type'),
        status: readResponse(status ?? null, 'Attendees.Status', 'none'),
        emailAddress: readAddress(emailAddress, 'Attendees.EmailAddress'),
      }),
    ),
  organizer: (value) =>
    value === null
      ? null
      : { emailAddress: readAddress(value.emailAddress, 'Organizer.EmailAddress') },
  recurrence: (value) => (value === null ? null : readRecurrence(value)),
  iCalUId: (value) => (value === null ? null : shortText(value, 'ICalUId')),
  reminderMinutesBeforeStart: (value) => value ?? 15,
  isReminderOn: (value) => value ?? true,
  isOnlineMeeting: (value) => value ?? false,
  onlineMeetingProvider: (value) => oneOf(PROVIDERS, value ?? 'unknown', 'OnlineMeetingProvider'),
  allowNewTimeProposals: (value) => value ?? true,
  responseRequested: (value) => value ?? true,
  hideAttendees: (value) => value ?? false,
};

/**
 * What a request says, and nothing else.
 * @throws GraphError 400 naming the first property that isn't as it must be
 */
export function saidFields(input: EventInput): Partial<EventFields> {
  if (JSON.stringify(input).length > EVENT_LIMITS.eventCharacters) {
    throw invalidArgument(
      `The event has more than ${EVENT_LIMITS.eventCharacters} characters, which is the most.`,
    );
  }
  const said: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(READERS)) {
    const value = input[name as keyof EventInput];
    if (value !== undefined) said[name] = (read as (value: unknown) => unknown)(value);
  }
  for (const name of ['start', 'end'] as const) {
    const time = input[name];
    if (time !== undefined) said[name] = readTime(time, name === 'start' ? 'Start' : 'End');
  }
  const locations = saidLocations(input);
  if (locations !== undefined) said.locations = locations;
  return said as Partial<EventFields>;
}

/**
 * A new event, of what is said of it.
 * @throws GraphError 400
 */
export function newFields(said: Partial<EventFields>): EventFields {
  const { start, end } = said;
  if (start === undefined) throw required('Start');
  if (end === undefined) throw required('End');
  const unsaid = Object.fromEntries(
    Object.entries(READERS).map(([name, read]) => [name, (read as (value: null) => unknown)(null)]),
  ) as unknown as EventFields;
  // Whose meeting it is, its organizer says; where nobody is named it is an appointment of one's own.
  const isOrganizer = said.isOrganizer ?? said.organizer == null;
  const response = isOrganizer ? 'organizer' : 'notResponded';
  const fields: EventFields = {
    ...unsaid,
    locations: [],
    isOrganizer,
    responseStatus: { response, time: NEVER_TIME },
    // Outlook books what nobody answered yet as tentative.
    showAs: isOrganizer || said.responseStatus?.response === 'accepted' ? 'busy' : 'tentative',
    ...said,
    start,
    end,
  };
  return { ...fields, ...checkedTimes(fields) };
}

function readTime(time: DateTimeTimeZone | null, field: string): DateTimeTimeZone {
  if (time === null) throw required(field);
  const { wall } = readZoned(time, field);
  return { dateTime: writeWall(wall), timeZone: time.timeZone };
}

function readBody(body: NonNullable<EventInput['body']> | null): ItemBody {
  const contentType = oneOf(['text', 'html'], body?.contentType ?? 'text', 'Body.ContentType');
  return { contentType, content: body?.content ?? '' };
}

function readResponse(
  status: ResponseStatusInput | null,
  field: string,
  unsaid: ResponseStatus['response'],
): ResponseStatus {
  return {
    response: oneOf(RESPONSES, status?.response ?? unsaid, `${field}.Response`),
    time: shortText(status?.time ?? NEVER_TIME, `${field}.Time`),
  };
}

function readAddress(given: Given<EmailAddressInput>, field: string): EmailAddress {
  return {
    name: shortText(given?.name ?? '', `${field}.Name`),
    address: shortText(given?.address ?? '', `${field}.Address`),
  };
}

/** "If you update the location property, any prior locations … would be removed" (Graph's page of the event). */
function saidLocations({ location, locations }: EventInput): readonly Location[] | undefined {
  if (locations === undefined && location === undefined) return undefined;
  const given = locations ?? (location == null ? [] : [location]);
  return atMost(EVENT_LIMITS.locations, given, 'Locations').map((each) => ({
    ...Object.fromEntries(Object.entries(each).filter(([part]) => !part.includes('@'))),
    displayName: typeof each.displayName === 'string' ? each.displayName : '',
  }));
}
