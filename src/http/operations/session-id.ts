import { invalidArgument } from '../../graph/error.ts';
import { isWellFormed } from '../../graph/unicode.ts';
import type { Call } from '../route.ts';

const LONGEST = 128;

/** Where the first beta had its sessions; the pages' examples leave `/sessions` out. */
export const LEGACY_SESSION_PATHS = [
  '/users/:user/presence/sessions/:session',
  '/users/:user/presence/:session',
];

/**
 * The session that a caller may end, as its id is stored. In profile `graph` there is none but the
 * application's, unless another profile has left one.
 */
export function knownSessionId(given: string, { caller, additions }: Call): string {
  const sessionId = sessionIdOf(given, caller.appId);
  if (sessionId !== caller.appId) additions.use('several-sessions');
  return sessionId;
}

/** A session id as it is stored: the application's own id counts in any case. */
function sessionIdOf(given: string, appId: string): string {
  return given.toLowerCase() === appId ? appId : given;
}

/**
 * The session that a caller may set (rule 4): in profile `graph` the one with the application's own
 * id, in `extended` any of 1 to 128 characters, so that an app can hold a desktop, a mobile and a web
 * session.
 * @throws GraphError 400
 */
export function ownSessionId(given: string, { caller, additions }: Call): string {
  const { appId } = caller;
  const sessionId = sessionIdOf(given, appId);
  if (sessionId.length === 0 || sessionId.length > LONGEST) {
    throw invalidArgument(`[SessionId]: must have 1 to ${LONGEST} characters.`);
  }
  if (!isWellFormed(sessionId)) {
    throw invalidArgument('[SessionId]: is not well-formed Unicode (half of a surrogate pair).');
  }
  if (sessionId !== appId) {
    additions.use('several-sessions', () =>
      invalidArgument(
        `[SessionId]: must be the calling application's id, ${appId}. (Other session ids need profile extended.)`,
      ),
    );
  }
  return sessionId;
}
