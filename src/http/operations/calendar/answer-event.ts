import Type, { type TSchema } from 'typebox';
import { WRITE_CALENDAR } from '../../../auth/permissions.ts';
import type { Answer } from '../../../mailbox/events/calendars.ts';
import { nullable } from '../../body.ts';
import type { Reply, Route } from '../../route.ts';
import type { CalendarServices } from './calendar-services.ts';
import { calendarPaths, eventIdOf, ownerOf } from './event-call.ts';

/** Nothing is sent to anybody here, so all of it is for clients that expect to be heard. */
const IGNORED = 'Taken, and without effect: no mail is sent.';

/**
 * The metadata of Graph writes its parameters with a capital letter, and so do its SDKs; its pages write
 * them small.
 */
function either(parameters: readonly string[]): Record<string, TSchema> {
  const small = parameters.map((name) => name.charAt(0).toLowerCase() + name.slice(1));
  return { [`^(${small.join('|')})$`]: Type.Unknown(), '^[^@]*@': Type.Unknown() };
}

const answerBody = Type.Object(
  {
    Comment: Type.Optional(nullable(Type.String({ description: IGNORED }))),
    SendResponse: Type.Optional(nullable(Type.Boolean({ description: IGNORED }))),
    ProposedNewTime: Type.Optional(Type.Unknown({ description: IGNORED })),
  },
  {
    additionalProperties: false,
    patternProperties: either(['Comment', 'SendResponse', 'ProposedNewTime']),
  },
);

const acceptBody = Type.Object(
  {
    Comment: Type.Optional(nullable(Type.String({ description: IGNORED }))),
    SendResponse: Type.Optional(nullable(Type.Boolean({ description: IGNORED }))),
  },
  { additionalProperties: false, patternProperties: either(['Comment', 'SendResponse']) },
);

const cancelBody = Type.Object(
  { Comment: Type.Optional(nullable(Type.String({ description: IGNORED }))) },
  { additionalProperties: false, patternProperties: either(['Comment']) },
);

const ACCEPTED: Reply = Object.freeze({ status: 202 });

const ANSWERS = [
  { operation: 'accept', answer: 'accepted', body: acceptBody, summary: 'Accept an invitation' },
  {
    operation: 'tentativelyAccept',
    answer: 'tentativelyAccepted',
    body: answerBody,
    summary: 'Accept an invitation tentatively',
  },
  { operation: 'decline', answer: 'declined', body: answerBody, summary: 'Decline an invitation' },
] as const;

/** Source: Graph, "event: accept", "event: tentativelyAccept" and "event: decline". */
export function answerEvent({ calendars }: CalendarServices): readonly Route[] {
  return ANSWERS.map(({ operation, answer, body, summary }) => ({
    operation,
    summary,
    method: 'POST',
    paths: calendarPaths(`/events/:event/${operation}`),
    access: WRITE_CALENDAR,
    body,
    success: 202,
    async handle(call) {
      const given: Answer = answer;
      await calendars.answer(ownerOf(call), call.caller.appId, eventIdOf(call), given);
      return ACCEPTED;
    },
  }));
}

/** Source: Graph, "event: cancel". */
export function cancelEvent({ calendars }: CalendarServices): Route {
  return {
    operation: 'cancel',
    summary: 'Call a meeting off that the user organizes',
    method: 'POST',
    paths: calendarPaths('/events/:event/cancel'),
    access: WRITE_CALENDAR,
    body: cancelBody,
    success: 202,
    async handle(call) {
      await calendars.cancel(ownerOf(call), call.caller.appId, eventIdOf(call));
      return ACCEPTED;
    },
  };
}
