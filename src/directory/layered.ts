import { isGuid } from '../graph/guid.ts';
import type { UserDirectory } from './directory.ts';
import type { User } from './user.ts';
import type { Users } from './users.ts';

/** The users of a tenant by one source; undefined for a tenant that it doesn't know. */
export type Layer = (tenantId: string) => Users | undefined;

/** A directory over several sources: what an earlier one says of a user holds, whatever the later ones say. */
export function layeredDirectory(
  mode: UserDirectory['mode'],
  layers: readonly Layer[],
  file: Pick<UserDirectory, 'photoFile' | 'appName'>,
): UserDirectory {
  function first<T>(tenantId: string, find: (users: Users) => T | undefined): T | undefined {
    for (const layer of layers) {
      const users = layer(tenantId);
      const found = users && find(users);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  const user = (tenantId: string, userId: string) => first(tenantId, (users) => users.get(userId));

  return {
    mode,
    user,
    ...file,

    resolve(tenantId, name) {
      if (isGuid(name)) return name.toLowerCase();
      return first(tenantId, (users) => users.named(name))?.id;
    },

    lists: (tenantId, userId) => user(tenantId, userId)?.isActive === true,

    usersAfter(tenantId, after, limit) {
      const [first = [], ...more] = layers.map(
        (layer) => layer(tenantId)?.after(after, limit) ?? [],
      );
      return more.length === 0 ? first : inOrder([...first, ...more.flat()]).slice(0, limit);
    },
  };
}

/** By id, each once: the first of them. Sorting keeps the order of those that are equal. */
function inOrder(users: readonly User[]): User[] {
  return users
    .toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    .filter((user, at, all) => user.id !== all[at - 1]?.id);
}
