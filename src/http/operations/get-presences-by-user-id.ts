import Type, { type Static } from 'typebox';
import { READ_PRESENCES } from '../../auth/permissions.ts';
import type { Directory } from '../../presence/directory.ts';
import { bodySchema } from '../body.ts';
import { type Route, staleJson } from '../route.ts';
import { askedUsers, foundAmong, presencesJson } from './asked-users.ts';
import { presenceCollectionSchema } from './presence-schema.ts';
import { selectedBeyondGraph } from './select.ts';
import type { Services } from './services.ts';

const body = bodySchema({
  ids: Type.Array(Type.String({ maxLength: 256 }), {
    description: 'Object ids of users: 650 at most (10,000 in profile extended).',
  }),
});

/** Source: Graph, "cloudCommunications: getPresencesByUserId". */
export function getPresencesByUserId({ presence }: Services, directory: Directory): Route {
  return {
    operation: 'getPresencesByUserId',
    summary: 'Get the presence of several users',
    method: 'POST',
    paths: ['/communications/getPresencesByUserId'],
    access: READ_PRESENCES,
    body,
    result: presenceCollectionSchema,
    async handle({ caller, query, origin, version, additions, body: given }) {
      const { ids } = given as Static<typeof body>;
      const asked = askedUsers(ids, additions, caller.tenantId, directory);
      const selected = selectedBeyondGraph(query, additions);
      const { records, staleMs } = await presence.readOrLast(caller, asked.userIds);
      const value = presencesJson(foundAmong(records, asked, caller), caller, selected);
      const context = `${origin}/${version}/$metadata#Collection(microsoft.graph.presence)`;
      return staleJson(`{"@odata.context":"${context}","value":${value}}`, staleMs);
    },
  };
}
