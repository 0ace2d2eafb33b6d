import Type, { type Static } from 'typebox';
import { bodySchema, nullable } from '../http/body.ts';
import { FAULT_KINDS, FAULT_STATUSES } from './fault.ts';

const id = (description: string) => Type.Optional(nullable(Type.String({ description })));
const yes = (description: string) => Type.Optional(nullable(Type.Boolean({ description })));

/** What is ordered, as it stands in a body. Null means the same as leaving it out. */
export const orderSchema = bodySchema({
  fault: Type.Enum(FAULT_KINDS, {
    description:
      'To requests: error, drop (the connection is closed without an answer), latency. To change notifications: lose, duplicate, delay. expire: a subscription ends.',
  }),
  operation: id(
    'Name of the operation, such as setPresence; * and none stand for all. For requests.',
  ),
  tenant: id('Tenant id.'),
  app: id('Application id: of the caller, or of who subscribed.'),
  user: id('Object id or user principal name: whom it is about, or who is signed in.'),
  subscription: id('Subscription id.'),
  status: Type.Optional(nullable(Type.Enum(FAULT_STATUSES, { description: 'Of an error.' }))),
  retryAfter: Type.Optional(
    nullable(
      Type.Integer({
        minimum: 0,
        maximum: 86_400,
        description: 'Of an error: the header Retry-After, in seconds; no such header by default.',
      }),
    ),
  ),
  carriedOut: yes(
    'Of error and drop: the operation is carried out, and only its answer is lost. false by default.',
  ),
  latencyMs: Type.Optional(
    nullable(Type.Integer({ minimum: 1, maximum: 300_000, description: 'Of latency.' })),
  ),
  delay: id(
    "Of delay and duplicate: an ISO 8601 duration of the server's clock, P1D at most; of duplicate PT0S by default.",
  ),
  overtaken: yes(
    'Of delay: what follows for the same subscription does not wait. false by default.',
  ),
  announced: yes(
    'Of lose: counted as lost and announced as missed; false by default. Of expire: subscriptionRemoved is sent; true by default.',
  ),
  whenTouched: yes(
    'Of expire: not at once, but when a request is about the subscription or a notification is for it. false by default.',
  ),
  times: Type.Optional(
    nullable(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'How often it strikes before it is over; without end by default.',
      }),
    ),
  ),
  probability: Type.Optional(
    nullable(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        description: 'Of striking what it is about; 1 by default.',
      }),
    ),
  ),
  seed: Type.Optional(
    nullable(
      Type.Integer({
        minimum: 0,
        maximum: 4_294_967_295,
        description: "Which ones are struck follows from it; the fault's number by default.",
      }),
    ),
  ),
});

export type OrderJson = Static<typeof orderSchema>;

/** A fault that was ordered, as it stands in an answer: what was said and what it is by default. */
export const faultSchema = Type.Object({
  id: Type.String(),
  ...orderSchema.properties,
  matched: Type.Integer({ description: 'How many it was about.' }),
  struck: Type.Integer({ description: 'How many it struck.' }),
  isOver: Type.Boolean({ description: 'It strikes nothing any more.' }),
});
