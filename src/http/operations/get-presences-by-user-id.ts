import Type, { type Static } from 'typebox';
import { READ_PRESENCES } from '../../auth/permissions.ts';
import { NEW_RECORD } from '../../engine/advance.ts';
import { invalidArgument } from '../../graph/error.ts';
import { presenceJson, unknownPresenceJson } from '../../graph/presence-json.ts';
import type { Profile } from '../../graph/settable.ts';
import type { Directory } from '../../presence/directory.ts';
import { bodySchema } from '../body.ts';
import { json, type Route } from '../route.ts';
import { presenceCollectionSchema } from './presence-schema.ts';
import { selectedProperties } from './select.ts';
import type { Services } from './services.ts';

/** Graph's limit, and ours where Porchlight's additions are allowed. */
const MOST_IDS: Record<Profile, number> = { graph: 650, extended: 10_000 };

const body = bodySchema({
  ids: Type.Array(Type.String({ maxLength: 256 }), {
    description: 'Object ids of users: 650 at most (10,000 in profile extended).',
  }),
});

/** Source: Graph, "cloudCommunications: getPresencesByUserId". */
export function getPresencesByUserId({ presence, profile }: Services, directory: Directory): Route {
  const most = MOST_IDS[profile];
  return {
    operation: 'getPresencesByUserId',
    summary: 'Get the presence of several users',
    method: 'POST',
    paths: ['/communications/getPresencesByUserId'],
    access: READ_PRESENCES,
    body,
    result: presenceCollectionSchema,
    async handle({ caller, query, origin, version, body: given }) {
      const { ids } = given as Static<typeof body>;
      if (ids.length > most) {
        throw invalidArgument(`[Ids]: ${ids.length} ids are too many: ${most} at most.`);
      }
      const selected = selectedProperties(query);
      // Rule 11: the answer follows the order of the ids, each user once.
      const asked = new Set<string>();
      const known: string[] = [];
      for (const id of ids) {
        const userId = directory.resolve(caller.tenantId, id);
        if (userId !== undefined && !asked.has(userId)) known.push(userId);
        asked.add(userId ?? id);
      }
      const records = await presence.read(caller.tenantId, known);
      let next = 0;
      const value = Array.from(asked, (userId) => {
        const found = known[next] === userId ? records[next++] : undefined;
        const own = userId === caller.userId;
        const record = found ?? (own ? NEW_RECORD : undefined);
        return record === undefined
          ? unknownPresenceJson(userId, selected)
          : presenceJson(userId, record, own ? 'self' : 'other', selected);
      });
      const context = `${origin}/${version}/$metadata#Collection(microsoft.graph.presence)`;
      const items = value.length === 0 ? '' : `{${value.join('},{')}}`;
      return json(`{"@odata.context":"${context}","value":[${items}]}`);
    },
  };
}
