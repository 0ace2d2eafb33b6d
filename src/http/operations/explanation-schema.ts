import Type, { type TSchema } from 'typebox';
import { nullable } from '../body.ts';
import { presenceSchema } from './presence-schema.ts';

const instant = Type.String({ format: 'date-time' });
const pairFields = { availability: Type.String(), activity: Type.String() };
const appFields = {
  appId: nullable(Type.String()),
  appDisplayName: nullable(
    Type.String({ description: 'As the tenant file has it; null where that names none.' }),
  ),
};

/** A fact, and what has become of it. */
const told = <Fields extends Record<string, TSchema>>(fields: Fields) =>
  Type.Object({
    ...fields,
    role: Type.Enum(['decides', 'outranked', 'overridden', 'waits'], {
      description:
        'decides: it is what shows of its kind. outranked: another one comes first. overridden: the user’s choice shows in its place. waits: for its time, or for a session to live.',
    }),
    reason: nullable(
      Type.String({ description: 'Why it does not decide, for people; null where it does.' }),
    ),
  });

const stretch = { startDateTime: instant, endDateTime: instant };
const { availability, activity, outOfOfficeSettings, statusMessage, workLocation } =
  presenceSchema.properties;

/** Each fact behind a presence, what has become of it, and what comes next (docs/why.md). */
export const explanationSchema = Type.Object(
  {
    id: Type.String({ description: "The user's object id." }),
    atDateTime: instant,
    ...pairFields,
    sequenceNumber: Type.String(),
    sinceDateTime: nullable(
      Type.String({
        format: 'date-time',
        description:
          'When anything that readers see changed last; null where the number does not tell.',
      }),
    ),
    decidedBy: Type.Enum(['session', 'preferred', 'calendar', 'no session']),
    reason: Type.String({ description: 'What decides, for people.' }),
    sessions: Type.Array(
      told({
        ...appFields,
        sessionId: Type.String(),
        ...pairFields,
        setTo: Type.Object(pairFields),
        setDateTime: instant,
        fades: Type.Array(Type.Object({ dateTime: instant, ...pairFields })),
        expirationDateTime: instant,
      }),
    ),
    preferredPresence: nullable(told({ ...pairFields, expirationDateTime: instant })),
    calendar: nullable(
      Type.Object({
        isAwaited: Type.Boolean({
          description: 'Whether the calendar is being changed, in a way that does not show yet.',
        }),
        knownUntilDateTime: nullable(
          Type.String({
            format: 'date-time',
            description: 'Nothing else begins before, unless it is entered; null when all is here.',
          }),
        ),
        events: Type.Array(told({ kind: Type.String(), ...pairFields, ...stretch })),
      }),
    ),
    outOfOffice: Type.Object({
      isOutOfOffice: Type.Boolean(),
      message: nullable(Type.String()),
      decidedBy: nullable(Type.Enum(['automaticReplies', 'calendar'])),
      automaticReplies: nullable(
        told({
          message: nullable(Type.String()),
          startDateTime: nullable(instant),
          endDateTime: nullable(instant),
        }),
      ),
      events: Type.Array(told({ kind: Type.String(), ...stretch })),
    }),
    statusMessage: nullable(
      Type.Object({
        content: Type.String(),
        setDateTime: instant,
        expirationDateTime: nullable(instant),
      }),
    ),
    workLocation: Type.Object({
      source: Type.String(),
      workLocationType: Type.String(),
      placeId: nullable(Type.String()),
      signals: Type.Array(
        told({
          source: Type.Enum(['manual', 'automatic', 'scheduled']),
          ...appFields,
          workLocationType: Type.String(),
          placeId: nullable(Type.String()),
          startDateTime: instant,
          endDateTime: nullable(instant),
        }),
      ),
    }),
    next: nullable(
      Type.Object(
        {
          dateTime: instant,
          ...{ availability, activity, outOfOfficeSettings, statusMessage, workLocation },
          changes: Type.Array(Type.String(), {
            description: 'The properties that are others then.',
          }),
          causes: Type.Array(
            Type.Object({
              fact: Type.Enum([
                'session',
                'preferredPresence',
                'calendar',
                'automaticReplies',
                'workLocation',
                'statusMessage',
              ]),
              turn: Type.Enum(['begins', 'fades', 'ends']),
              appId: Type.Optional(Type.String()),
              appDisplayName: Type.Optional(nullable(Type.String())),
              sessionId: Type.Optional(Type.String()),
              kind: Type.Optional(Type.String()),
              source: Type.Optional(Type.String()),
            }),
          ),
          reason: Type.String({ description: 'What brings it about, for people.' }),
        },
        {
          description:
            'The next change of anything that readers see, if nothing is said until then; null for none. Of the calendar it knows what is told here.',
        },
      ),
    ),
  },
  { $id: 'explanation' },
);
