import Type, { type Static } from 'typebox';
import { WRITE_PRESENCE } from '../../auth/permissions.ts';
import { bodySchema } from '../body.ts';
import { presencePaths, type Route } from '../route.ts';
import { command, type Services } from './services.ts';
import { knownSessionId } from './session-id.ts';

const body = bodySchema({ sessionId: Type.String({ description: "The application's id." }) });

/** Source: Graph, "presence: clearPresence". A session that doesn't live is 404. */
export function clearPresence(services: Services): Route {
  return {
    operation: 'clearPresence',
    summary: "End an application's presence session for a user",
    method: 'POST',
    paths: presencePaths('/clearPresence'),
    access: WRITE_PRESENCE,
    body,
    handle(call) {
      const { sessionId } = call.body as Static<typeof body>;
      return command(services, call, {
        kind: 'clearPresence',
        appId: call.caller.appId,
        sessionId: knownSessionId(sessionId, call),
      });
    },
  };
}
