import Type, { type TObject, type TProperties, type TSchema } from 'typebox';
import { bodySchema, nullable } from '../../body.ts';

const optional = <T extends TSchema>(schema: T) => Type.Optional(nullable(schema));

/** A body that the documents describe once, under its name. */
const named = <T extends TProperties>(properties: T, name: string): TObject<T> =>
  Object.assign(bodySchema(properties), { $id: name });

const text = (description?: string) =>
  optional(Type.String(description === undefined ? {} : { description }));

const yesOrNo = () => optional(Type.Boolean());

const dateTimeTimeZone = named(
  {
    dateTime: Type.String({ description: 'Wall-clock time without an offset.' }),
    timeZone: Type.String({ description: 'IANA or Windows time zone name.' }),
  },
  'dateTimeTimeZone',
);

const emailAddress = named({ name: text(), address: text() }, 'emailAddress');

const responseStatus = named(
  {
    response: text('none, organizer, tentativelyAccepted, accepted, declined or notResponded.'),
    time: text(),
  },
  'responseStatus',
);

const location = named(
  {
    displayName: text(),
    locationType: text(),
    uniqueId: text(),
    uniqueIdType: text(),
    locationEmailAddress: text(),
    locationUri: text(),
    address: optional(
      bodySchema({
        street: text(),
        city: text(),
        state: text(),
        countryOrRegion: text(),
        postalCode: text(),
      }),
    ),
    coordinates: optional(
      bodySchema({
        latitude: optional(Type.Number()),
        longitude: optional(Type.Number()),
        altitude: optional(Type.Number()),
        accuracy: optional(Type.Number()),
        altitudeAccuracy: optional(Type.Number()),
      }),
    ),
  },
  'location',
);

const number = () => optional(Type.Integer());

const pattern = bodySchema({
  type: Type.String({
    description:
      'daily, weekly, absoluteMonthly, relativeMonthly, absoluteYearly or relativeYearly.',
  }),
  interval: number(),
  month: number(),
  dayOfMonth: number(),
  daysOfWeek: optional(Type.Array(Type.String())),
  firstDayOfWeek: text(),
  index: text('first, second, third, fourth or last.'),
});

const range = bodySchema({
  type: Type.String({ description: 'endDate, noEnd or numbered.' }),
  startDate: text('The day of the first occurrence, or before it.'),
  endDate: text(),
  recurrenceTimeZone: text('That of the start, if given.'),
  numberOfOccurrences: number(),
});

const recurrence = Type.Object(
  { pattern: optional(pattern), range: optional(range) },
  {
    additionalProperties: false,
    patternProperties: { '^@porchlight\\.rrule$': nullable(Type.String()), '^[^@]*@': {} },
    $id: 'recurrence',
    description:
      'Pattern and range; or, in profile extended, "@porchlight.rrule": a rule of RFC 5545.',
  },
);

const written = {
  subject: text(),
  body: optional(bodySchema({ contentType: text('text or html.'), content: text() })),
  isAllDay: yesOrNo(),
  showAs: text('free, tentative, busy, oof, workingElsewhere or unknown.'),
  isCancelled: yesOrNo(),
  isOrganizer: yesOrNo(),
  responseStatus: optional(responseStatus),
  sensitivity: text('normal, personal, private or confidential.'),
  importance: text('low, normal or high.'),
  categories: optional(
    Type.Array(Type.String(), { description: '"Focus time" makes it time to focus.' }),
  ),
  location: optional(location),
  locations: optional(Type.Array(location)),
  attendees: optional(
    Type.Array(
      bodySchema({
        type: text('required, optional or resource.'),
        status: optional(responseStatus),
        emailAddress: optional(emailAddress),
        proposedNewTime: Type.Optional(Type.Unknown()),
      }),
    ),
  ),
  organizer: optional(bodySchema({ emailAddress: optional(emailAddress) })),
  recurrence: optional(recurrence),
  iCalUId: text(),
  reminderMinutesBeforeStart: optional(Type.Integer()),
  isReminderOn: yesOrNo(),
  isOnlineMeeting: yesOrNo(),
  onlineMeetingProvider: text(),
  allowNewTimeProposals: yesOrNo(),
  responseRequested: yesOrNo(),
  hideAttendees: yesOrNo(),
};

const told = () =>
  Type.Optional(Type.Unknown({ description: 'Told by the server; ignored in a request.' }));

/** What the server says of an event, and clients send back with all the rest. */
const readOnly = {
  id: told(),
  createdDateTime: told(),
  lastModifiedDateTime: told(),
  changeKey: told(),
  originalStartTimeZone: told(),
  originalEndTimeZone: told(),
  hasAttachments: told(),
  bodyPreview: told(),
  originalStart: told(),
  seriesMasterId: told(),
  type: told(),
  webLink: told(),
  onlineMeetingUrl: told(),
  onlineMeeting: told(),
  isDraft: told(),
  uid: told(),
  occurrenceId: told(),
};

/** The body that makes an event. */
export const newEventSchema = named(
  {
    start: dateTimeTimeZone,
    end: dateTimeTimeZone,
    ...written,
    transactionId: text('The same again makes no second event.'),
    ...readOnly,
  },
  'newEvent',
);

/** The body that changes an event; what it says about its creation is ignored. */
export const eventChangeSchema = named(
  {
    start: Type.Optional(dateTimeTimeZone),
    end: Type.Optional(dateTimeTimeZone),
    ...written,
    transactionId: told(),
    ...readOnly,
  },
  'eventChange',
);

/** Graph's event resource, as answers carry it; for the documents, not for checking. */
export const eventSchema = Type.Object(
  {
    id: Type.String(),
    createdDateTime: Type.String({ format: 'date-time' }),
    lastModifiedDateTime: Type.String({ format: 'date-time' }),
    changeKey: Type.String(),
    categories: Type.Array(Type.String()),
    transactionId: Type.Optional(Type.String()),
    originalStartTimeZone: Type.String(),
    originalEndTimeZone: Type.String(),
    iCalUId: Type.String(),
    reminderMinutesBeforeStart: Type.Integer(),
    isReminderOn: Type.Boolean(),
    hasAttachments: Type.Boolean(),
    subject: Type.String(),
    bodyPreview: Type.String(),
    importance: Type.String(),
    sensitivity: Type.String(),
    originalStart: Type.Optional(Type.String({ format: 'date-time' })),
    isAllDay: Type.Boolean(),
    isCancelled: Type.Boolean(),
    isOrganizer: Type.Boolean(),
    responseRequested: Type.Boolean(),
    seriesMasterId: nullable(Type.String()),
    showAs: Type.String(),
    type: Type.String({ description: 'singleInstance, occurrence, exception or seriesMaster.' }),
    webLink: Type.Null(),
    onlineMeetingUrl: Type.Null(),
    isOnlineMeeting: Type.Boolean(),
    onlineMeetingProvider: Type.String(),
    allowNewTimeProposals: Type.Boolean(),
    hideAttendees: Type.Boolean(),
    responseStatus,
    body: bodySchema({ contentType: Type.String(), content: Type.String() }),
    start: dateTimeTimeZone,
    end: dateTimeTimeZone,
    location,
    locations: Type.Array(location),
    recurrence: nullable(recurrence),
    attendees: Type.Array(Type.Unknown()),
    organizer: nullable(bodySchema({ emailAddress })),
    onlineMeeting: Type.Null(),
  },
  { $id: 'event' },
);

export const eventsSchema = Type.Object(
  {
    '@odata.count': Type.Optional(Type.Integer()),
    '@odata.nextLink': Type.Optional(Type.String()),
    value: Type.Array(eventSchema),
  },
  { $id: 'events' },
);
