import type { Caller } from '../../auth/caller.ts';
import { invalidArgument } from '../../graph/error.ts';
import type { Profile } from '../../graph/settable.ts';
import { isWellFormed } from '../../graph/unicode.ts';

const LONGEST = 128;

/** Where the first beta had its sessions; the pages' examples leave `/sessions` out. */
export const LEGACY_SESSION_PATHS = [
  '/users/:user/presence/sessions/:session',
  '/users/:user/presence/:session',
];

/** A session id as it is stored: the application's own id counts in any case. */
export function sessionIdOf(given: string, { appId }: Caller): string {
  return given.toLowerCase() === appId ? appId : given;
}

/**
 * The session that a caller may set (rule 4): in profile `graph` the one with the application's own
 * id, in `extended` any of 1 to 128 characters, so that an app can hold a desktop, a mobile and a web
 * session.
 * @throws GraphError 400
 */
export function ownSessionId(given: string, caller: Caller, profile: Profile): string {
  const sessionId = sessionIdOf(given, caller);
  if (sessionId.length === 0 || sessionId.length > LONGEST) {
    throw invalidArgument(`[SessionId]: must have 1 to ${LONGEST} characters.`);
  }
  if (!isWellFormed(sessionId)) {
    throw invalidArgument('[SessionId]: is not well-formed Unicode (half of a surrogate pair).');
  }
  if (profile === 'graph' && sessionId !== caller.appId) {
    throw invalidArgument(
      `[SessionId]: must be the calling application's id, ${caller.appId}. (Other session ids need profile extended.)`,
    );
  }
  return sessionId;
}
