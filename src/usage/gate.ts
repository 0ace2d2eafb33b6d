import { authorize } from '../auth/authorize.ts';
import type { Caller } from '../auth/caller.ts';
import { STEER_SERVER } from '../auth/permissions.ts';
import { ADDITIONS_HEADER } from '../graph/additions.ts';
import { GraphError } from '../graph/error.ts';
import { statusOf } from '../http/answer.ts';
import type { Gate, Visit } from '../http/dispatcher.ts';
import type { Reply } from '../http/route.ts';
import type { TokenUse, UsageRecord } from './record.ts';

/** The object id of whom a path names; undefined for nobody known. */
export type Resolve = (tenantId: string, name: string) => string | undefined;

/** Notes each request with its answer, and changes nothing. Requests that steer the server aren't an application's. */
export function createUsageGate(record: UsageRecord, resolve: Resolve): Gate {
  function note(visit: Visit, status: number, headers: Reply['headers']): void {
    const { route, caller, request } = visit;
    const userId = visit.user && resolve(caller.tenantId, visit.user);
    const additions = headers?.[ADDITIONS_HEADER]?.split(', ') ?? [];
    record.note({
      route,
      caller,
      version: route.paths[0]?.startsWith('/porchlight/') ? undefined : request.version,
      token: tokenUse(caller, visit.user === undefined ? undefined : (userId ?? '')),
      status,
      // An addition comes after the permission for it.
      lacksPermission:
        (status === 401 || status === 403) &&
        additions.length === 0 &&
        !authorize(route.access, caller, userId ?? visit.user ?? 'many').allowed,
      additions,
    });
  }

  return {
    async pass(visit, carryOut) {
      if (visit.route.access === STEER_SERVER) return carryOut();
      try {
        const reply = await carryOut();
        note(visit, reply.status, reply.headers);
        return reply;
      } catch (error) {
        note(visit, statusOf(error), error instanceof GraphError ? error.headers : undefined);
        throw error;
      }
    },
  };
}

/** @param userId whom the request is about; undefined for nobody or several */
function tokenUse(caller: Caller, userId: string | undefined): TokenUse {
  if (caller.userId === null) return 'application';
  if (userId === undefined) return 'delegatedMany';
  return userId === caller.userId ? 'delegatedOneself' : 'delegatedOthers';
}
