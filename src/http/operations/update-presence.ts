import Type, { type Static } from 'typebox';
import { WRITE_SESSION_LEGACY } from '../../auth/permissions.ts';
import { OFFLINE } from '../../engine/pair.ts';
import { LEGACY_SESSION_LIFETIME_MS } from '../../graph/duration.ts';
import { LEGACY_PATCH_PAIRS, parsePair } from '../../graph/settable.ts';
import { bodySchema } from '../body.ts';
import { DONE, type Route } from '../route.ts';
import { answer, carryOut, type Services } from './services.ts';

const body = bodySchema({ availability: Type.String(), activity: Type.String() });

/**
 * Source: the beta page "Set presence". The session is the application's own; Offline/Offline signs
 * it off, and like any sign-off it may come twice.
 */
export function updatePresence(services: Services): Route {
  return {
    operation: 'updatePresence',
    summary: "Set the state of the application's own session (before setPresence existed)",
    method: 'PATCH',
    paths: ['/users/:user/presence', '/communications/presences/:user'],
    access: WRITE_SESSION_LEGACY,
    body,
    async handle(call) {
      const { availability, activity } = call.body as Static<typeof body>;
      const pair = parsePair(availability, activity, LEGACY_PATCH_PAIRS);
      const { appId } = call.caller;
      const session = { appId, sessionId: appId };
      if (pair === OFFLINE) {
        const outcome = await carryOut(services, call, { kind: 'clearPresence', ...session });
        const signedOff = !outcome.done && outcome.refusal === 'session not found';
        return signedOff ? DONE : answer(outcome, call);
      }
      const lifetimeMs = LEGACY_SESSION_LIFETIME_MS;
      const set = { kind: 'setPresence', ...session, pair, lifetimeMs } as const;
      return answer(await carryOut(services, call, set), call);
    },
  };
}
