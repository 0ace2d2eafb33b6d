import Type, { type Static } from 'typebox';
import { ADDITION_NAMES } from '../graph/additions.ts';
import { nullable } from '../http/body.ts';

const dateTime = Type.String({ format: 'date-time' });
const permissions = (description: string) => Type.Array(Type.String(), { description });
const addition = Type.Enum(ADDITION_NAMES);

const operationSchema = Type.Object({
  operation: Type.String(),
  method: Type.String(),
  version: nullable(Type.String({ description: 'v1.0 or beta; null at addresses of Porchlight.' })),
  token: Type.Enum(['application', 'delegatedOneself', 'delegatedOthers', 'delegatedMany'], {
    description: 'The kind of token; with a signed-in user, whom the requests were about.',
  }),
  requests: Type.Integer(),
  succeeded: Type.Integer({ description: 'Answered with a status below 400.' }),
  statuses: Type.Record(Type.String(), Type.Integer(), {
    description: 'Answers by the class of their status, such as 2xx.',
  }),
  lackedPermission: Type.Integer({ description: 'Refused for want of a permission.' }),
  oneOfPermissions: permissions('Any of these is enough; of none, the operation is closed to it.'),
  additions: Type.Array(addition),
});

const permissionsSchema = Type.Object({
  needed: permissions('The least privileged that allow all that succeeded.'),
  held: permissions('In tokens that the application showed.'),
  notNeeded: permissions('Held, and not among those needed.'),
});

const applicationSchema = Type.Object({
  tenantId: Type.String(),
  applicationId: Type.String(),
  firstRequestDateTime: dateTime,
  lastRequestDateTime: dateTime,
  operations: Type.Array(operationSchema),
  applicationPermissions: permissionsSchema,
  delegatedPermissions: permissionsSchema,
  additions: Type.Array(
    Type.Object({
      name: addition,
      requests: Type.Integer(),
      what: Type.String(),
      graph: Type.String({ description: 'What Graph says instead.' }),
    }),
  ),
});

/** What `GET /porchlight/report` answers, and what `porchlight dev` leaves in its folder. */
export const reportSchema = Type.Object({
  sinceDateTime: dateTime,
  applications: Type.Array(applicationSchema),
  requestsLeftOut: Type.Integer({
    description: 'Requests of further applications: a thousand are kept apart.',
  }),
});

export type Report = Static<typeof reportSchema>;
export type ApplicationReport = Static<typeof applicationSchema>;
export type OperationReport = Static<typeof operationSchema>;
export type PermissionsReport = Static<typeof permissionsSchema>;
