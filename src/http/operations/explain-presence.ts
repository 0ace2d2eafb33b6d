import { EXPLAIN_PRESENCE } from '../../auth/permissions.ts';
import type { Clock } from '../../clock.ts';
import type { UserDirectory } from '../../directory/directory.ts';
import { advance } from '../../engine/advance.ts';
import { explanationJson } from '../../graph/explanation-json.ts';
import type { PresenceService } from '../../presence/service.ts';
import { json, type Route } from '../route.ts';
import { explanationSchema } from './explanation-schema.ts';
import { readKnown } from './known-record.ts';

/** Why a user's presence is what it is: an operation of our own (docs/decisions/0012-effect-of-a-set.md). */
export function explainPresence({
  presence,
  clock,
  directory,
}: {
  readonly presence: PresenceService;
  readonly clock: Clock;
  readonly directory: Pick<UserDirectory, 'appName'>;
}): Route {
  return {
    operation: 'explainPresence',
    summary: "Tell why a user's presence is what it is, and what comes next",
    method: 'GET',
    paths: ['/porchlight/me/presence/explanation', '/porchlight/users/:user/presence/explanation'],
    access: EXPLAIN_PRESENCE,
    result: explanationSchema,
    async handle({ caller, userId }) {
      const found = await readKnown(presence, { caller, userId });
      // The clock has gone on since it was read, and number and facts are to be of one instant.
      const nowMs = clock.nowMs();
      const { record } = advance(found, nowMs);
      const appNamed = (appId: string) => directory.appName(caller.tenantId, appId);
      return json(JSON.stringify(explanationJson(userId, record, nowMs, appNamed)));
    },
  };
}
