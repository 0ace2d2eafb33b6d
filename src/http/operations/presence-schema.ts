import Type from 'typebox';
import { nullable } from '../body.ts';

const dateTimeTimeZone = Type.Object({
  dateTime: Type.String({ description: 'Wall-clock time without an offset.' }),
  timeZone: Type.String({ description: 'IANA or Windows time zone name.' }),
});

/** Graph's presence resource, as answers carry it; for the documents, not for checking. */
export const presenceSchema = Type.Object({
  id: Type.String({ description: "The user's object id." }),
  availability: Type.String(),
  activity: Type.String(),
  outOfOfficeSettings: nullable(
    Type.Object({ message: nullable(Type.String()), isOutOfOffice: Type.Boolean() }),
  ),
  sequenceNumber: nullable(
    Type.String({ description: 'Grows as a string with every change of this presence.' }),
  ),
  statusMessage: nullable(
    Type.Object({
      message: Type.Object({ content: Type.String(), contentType: Type.Literal('text') }),
      publishedDateTime: Type.Optional(Type.String({ format: 'date-time' })),
      expiryDateTime: Type.Optional(dateTimeTimeZone),
    }),
  ),
  workLocation: nullable(
    Type.Object({
      source: Type.String(),
      workLocationType: Type.String(),
      placeId: nullable(Type.String()),
    }),
  ),
});

export const presenceCollectionSchema = Type.Object({ value: Type.Array(presenceSchema) });
