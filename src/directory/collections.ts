import { groupCollection, groupNameCollection } from './stored-group.ts';
import { directoryCollection, nameCollection } from './stored-user.ts';

/** Where it is kept, for all tenants, that users are on their way out: one document for each, `TENANT USER`. */
export const DEPARTING = 'departing';

/** Where the directory of a tenant is kept: its users, one document for each under their id, and the rest. */
export function directoryCollections(tenantId: string): {
  readonly users: string;
  readonly others: readonly string[];
} {
  return {
    users: directoryCollection(tenantId),
    others: [nameCollection(tenantId), groupCollection(tenantId), groupNameCollection(tenantId)],
  };
}
