import Type from 'typebox';
import { CAUSE_NAMES } from '../../../graph/history-json.ts';
import { nullable } from '../../body.ts';
import { presenceSchema } from '../presence-schema.ts';

const instant = Type.String({ format: 'date-time' });

const { availability, activity, outOfOfficeSettings, statusMessage, workLocation } =
  presenceSchema.properties;

/** A presence as it was. */
export const pastPresenceSchema = Type.Object({
  ...{ availability, activity, outOfOfficeSettings, statusMessage, workLocation },
});

export const changeSchema = Type.Object({
  dateTime: instant,
  sequenceNumber: Type.String({ description: 'What the presence had from then on.' }),
  before: pastPresenceSchema,
  after: pastPresenceSchema,
  cause: Type.Object({
    kind: Type.Enum([...CAUSE_NAMES], {
      description:
        'What time did, or what an application asked for. time: no more is known, of changes kept by earlier versions.',
    }),
    appId: nullable(Type.String({ description: 'The application; null for what time did.' })),
  }),
});

/** From when on all is told. */
export const knownFromDateTime = Type.String({
  format: 'date-time',
  description: 'All since then is told; what was before is no longer kept, or not to be told.',
});

/** The range of an answer, as far as it is known and past. */
export const rangeFields = { fromDateTime: instant, toDateTime: instant, knownFromDateTime };
