import { WRITE_SESSION_LEGACY } from '../../auth/permissions.ts';
import type { Route } from '../route.ts';
import { command, type Services } from './services.ts';
import { knownSessionId, LEGACY_SESSION_PATHS } from './session-id.ts';

/** Source: the beta page "Update presence", deleting; its examples leave `/sessions` out. */
export function deletePresenceSession(services: Services): Route {
  return {
    operation: 'deletePresenceSession',
    summary: 'End a presence session (before clearPresence existed)',
    method: 'DELETE',
    paths: LEGACY_SESSION_PATHS,
    access: WRITE_SESSION_LEGACY,
    handle: (call) =>
      command(services, call, {
        kind: 'clearPresence',
        appId: call.caller.appId,
        sessionId: knownSessionId(call.params.session ?? '', call),
      }),
  };
}
