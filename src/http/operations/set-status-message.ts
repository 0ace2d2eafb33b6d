import Type, { type Static } from 'typebox';
import { WRITE_PRESENCE } from '../../auth/permissions.ts';
import { NEVER_MS } from '../../engine/facts.ts';
import { NO_EXPIRY, parseInstant } from '../../graph/date-time-zone.ts';
import { invalidArgument } from '../../graph/error.ts';
import { isWellFormed } from '../../graph/unicode.ts';
import { bodySchema, nullable } from '../body.ts';
import { presencePaths, type Route } from '../route.ts';
import { command, type Services } from './services.ts';

/** In UTF-16 code units: what `length` and an HTML `maxlength` count, so that a client's own check agrees. */
const LONGEST_CONTENT = 1024;

const expiryDateTime = bodySchema({
  dateTime: Type.String({ description: 'Wall-clock time without an offset.' }),
  timeZone: Type.String({ description: 'IANA or Windows time zone name.' }),
});

const body = bodySchema({
  statusMessage: bodySchema({
    message: Type.Optional(
      nullable(
        bodySchema({
          content: Type.Optional(
            nullable(Type.String({ description: '1,024 characters at most; empty clears.' })),
          ),
          contentType: Type.Optional(
            nullable(Type.String({ description: 'text; nothing else is supported.' })),
          ),
        }),
      ),
    ),
    expiryDateTime: Type.Optional(nullable(expiryDateTime)),
    publishedDateTime: Type.Optional(
      nullable(Type.String({ description: 'Read-only; ignored when sent.' })),
    ),
  }),
});

/** Source: Graph, "presence: setStatusMessage"; the length is our decision (docs/decisions/0009-status-message.md). */
export function setStatusMessage(services: Services): Route {
  return {
    operation: 'setStatusMessage',
    summary: "Set a user's status message; an empty one clears it",
    method: 'POST',
    paths: presencePaths('/setStatusMessage'),
    access: WRITE_PRESENCE,
    body,
    handle(call) {
      const { message, expiryDateTime: given } = (call.body as Static<typeof body>).statusMessage;
      const content = message?.content ?? '';
      const contentType = message?.contentType ?? 'text';
      if (contentType.toLowerCase() !== 'text') {
        throw invalidArgument('[StatusMessage.Message.ContentType]: only text is supported.');
      }
      if (content.length > LONGEST_CONTENT) {
        throw invalidArgument(
          `[StatusMessage.Message.Content]: ${content.length} characters are too many: ${LONGEST_CONTENT} at most.`,
        );
      }
      if (!isWellFormed(content)) {
        throw invalidArgument(
          '[StatusMessage.Message.Content]: is not well-formed Unicode (half of a surrogate pair).',
        );
      }
      // What a read gives for "no expiry" may be sent back as it came.
      const expiry = given == null || given.dateTime === NO_EXPIRY.dateTime ? null : given;
      return command(services, call, {
        kind: 'setStatusMessage',
        appId: call.caller.appId,
        content,
        expiry: expiry && { dateTime: expiry.dateTime, timeZone: expiry.timeZone },
        expiresAtMs:
          expiry === null ? NEVER_MS : parseInstant(expiry, 'StatusMessage.ExpiryDateTime'),
      });
    },
  };
}
