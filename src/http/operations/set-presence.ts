import Type, { type Static } from 'typebox';
import { WRITE_PRESENCE } from '../../auth/permissions.ts';
import {
  DEFAULT_SESSION_LIFETIME_MS,
  parseLifetime,
  SESSION_LIFETIME,
} from '../../graph/duration.ts';
import { parseSessionPair } from '../../graph/settable.ts';
import { bodySchema, nullable } from '../body.ts';
import { presencePaths, type Route } from '../route.ts';
import { command, type Services } from './services.ts';
import { ownSessionId } from './session-id.ts';

const body = bodySchema({
  sessionId: Type.String({ description: "The application's id." }),
  availability: Type.String(),
  activity: Type.String(),
  expirationDuration: Type.Optional(
    nullable(Type.String({ description: 'ISO 8601 duration, PT5M to PT4H; PT5M when left out.' })),
  ),
});

/** Source: Graph, "presence: setPresence". */
export function setPresence(services: Services): Route {
  return {
    operation: 'setPresence',
    summary: "Set the state of an application's presence session for a user, or keep it alive",
    method: 'POST',
    paths: presencePaths('/setPresence'),
    access: WRITE_PRESENCE,
    body,
    handle(call) {
      const { sessionId, availability, activity, expirationDuration } = call.body as Static<
        typeof body
      >;
      return command(services, call, {
        kind: 'setPresence',
        appId: call.caller.appId,
        sessionId: ownSessionId(sessionId, call),
        pair: parseSessionPair(availability, activity, call.additions),
        lifetimeMs:
          expirationDuration == null
            ? DEFAULT_SESSION_LIFETIME_MS
            : parseLifetime(expirationDuration, 'ExpirationDuration', SESSION_LIFETIME),
      });
    },
  };
}
