import { READ_PRESENCE } from '../../auth/permissions.ts';
import { presenceJson } from '../../graph/presence-json.ts';
import { presencePaths, type Route, staleJson } from '../route.ts';
import { recordOrNew } from './known-record.ts';
import { presenceSchema } from './presence-schema.ts';
import { selectedBeyondGraph } from './select.ts';
import type { Services } from './services.ts';

/** Source: Graph, "Get presence". */
export function getPresence({ presence }: Services): Route {
  return {
    operation: 'getPresence',
    summary: "Get a user's presence",
    method: 'GET',
    paths: presencePaths(),
    access: READ_PRESENCE,
    result: presenceSchema,
    async handle({ caller, userId, query, origin, version, additions }) {
      const selected = selectedBeyondGraph(query, additions);
      const own = caller.userId === userId;
      const { records, staleMs } = await presence.readOrLast(caller, [userId]);
      const record = recordOrNew(records[0], { caller, userId });
      const context = `${origin}/${version}/$metadata#users('${userId}')/presence/$entity`;
      const members = presenceJson(userId, record, own ? 'self' : 'other', selected);
      return staleJson(`{"@odata.context":"${context}",${members}}`, staleMs);
    },
  };
}
