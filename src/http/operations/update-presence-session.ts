import Type, { type Static } from 'typebox';
import { WRITE_SESSION_LEGACY } from '../../auth/permissions.ts';
import { LEGACY_SESSION_LIFETIME_MS } from '../../graph/duration.ts';
import { LEGACY_SESSION_PAIRS, parsePair } from '../../graph/settable.ts';
import { bodySchema } from '../body.ts';
import type { Route } from '../route.ts';
import { command, type Services } from './services.ts';
import { LEGACY_SESSION_PATHS, ownSessionId } from './session-id.ts';

const body = bodySchema({ availability: Type.String(), activity: Type.String() });

/** Source: the beta page "Update presence"; its examples leave `/sessions` out, so both paths work. */
export function updatePresenceSession(services: Services): Route {
  return {
    operation: 'updatePresenceSession',
    summary: 'Set the state of a presence session (before setPresence existed)',
    method: 'PUT',
    paths: LEGACY_SESSION_PATHS,
    access: WRITE_SESSION_LEGACY,
    body,
    handle(call) {
      const { availability, activity } = call.body as Static<typeof body>;
      return command(services, call, {
        kind: 'setPresence',
        appId: call.caller.appId,
        sessionId: ownSessionId(call.params.session ?? '', call),
        pair: parsePair(availability, activity, LEGACY_SESSION_PAIRS),
        lifetimeMs: LEGACY_SESSION_LIFETIME_MS,
      });
    },
  };
}
