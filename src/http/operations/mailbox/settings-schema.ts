import Type from 'typebox';
import { LONGEST_REPLY } from '../../../mailbox/settings/settings-change.ts';
import { bodySchema, nullable } from '../../body.ts';

const optional = <T extends Type.TSchema>(schema: T) => Type.Optional(nullable(schema));
const text = (description: string) => optional(Type.String({ description }));
const readOnly = Type.Optional(
  Type.Unknown({ description: 'Told by the server; ignored in a request.' }),
);

const dateTimeTimeZone = bodySchema({
  dateTime: Type.String({ description: 'Wall-clock time without an offset.' }),
  timeZone: Type.String({ description: 'IANA or Windows time zone name.' }),
});

const offset = {
  time: Type.Optional(Type.String()),
  dayOccurrence: Type.Optional(Type.Integer({ minimum: 0, maximum: 5 })),
  dayOfWeek: Type.Optional(Type.String()),
  month: Type.Optional(Type.Integer({ minimum: 0, maximum: 12 })),
  year: Type.Optional(Type.Integer({ minimum: 0, maximum: 9999 })),
};

const bias = Type.Integer({ minimum: -1440, maximum: 1440, description: 'Minutes.' });

/** The body that changes settings: Graph's mailboxSettings; what is left out stays as it is. */
export const settingsChangeSchema = bodySchema({
  automaticRepliesSetting: optional(
    bodySchema({
      status: text('disabled, alwaysEnabled or scheduled.'),
      externalAudience: text('none, contactsOnly or all.'),
      scheduledStartDateTime: optional(dateTimeTimeZone),
      scheduledEndDateTime: optional(dateTimeTimeZone),
      internalReplyMessage: text(
        `Text or HTML: ${LONGEST_REPLY} characters at most. Presence shows its text.`,
      ),
      externalReplyMessage: text(`Text or HTML: ${LONGEST_REPLY} characters at most.`),
    }),
  ),
  timeZone: text("IANA or Windows time zone name, of the person's own clock."),
  language: optional(bodySchema({ locale: text('Such as en-US.'), displayName: readOnly })),
  workingHours: optional(
    bodySchema({
      daysOfWeek: optional(Type.Array(Type.String(), { maxItems: 7 })),
      startTime: text('08:00:00.0000000'),
      endTime: text('17:00:00.0000000'),
      timeZone: optional(
        bodySchema({
          name: text('IANA or Windows time zone name; any, where there is a bias.'),
          bias: optional(bias),
          standardOffset: optional(bodySchema(offset)),
          daylightOffset: optional(bodySchema({ ...offset, daylightBias: Type.Optional(bias) })),
        }),
      ),
    }),
  ),
  dateFormat: text('Kept and given back.'),
  timeFormat: text('Kept and given back.'),
  delegateMeetingMessageDeliveryOptions: text('Kept and given back.'),
  userPurpose: readOnly,
  archiveFolder: readOnly,
});

const shownTime = nullable(Type.Object({ dateTime: Type.String(), timeZone: Type.String() }));

/** Graph's mailboxSettings, as answers carry it; for the documents, not for checking. */
export const settingsSchema = Type.Object({
  archiveFolder: Type.Null(),
  timeZone: Type.String(),
  delegateMeetingMessageDeliveryOptions: Type.String(),
  dateFormat: Type.String(),
  timeFormat: Type.String(),
  userPurpose: Type.String({ description: 'user' }),
  automaticRepliesSetting: Type.Object({
    status: Type.String(),
    externalAudience: Type.String(),
    scheduledStartDateTime: shownTime,
    scheduledEndDateTime: shownTime,
    internalReplyMessage: Type.String(),
    externalReplyMessage: Type.String(),
  }),
  language: Type.Object({ locale: Type.String(), displayName: Type.String() }),
  workingHours: Type.Object({
    daysOfWeek: Type.Array(Type.String()),
    startTime: Type.String(),
    endTime: Type.String(),
    timeZone: Type.Object({ name: Type.String() }),
  }),
});
