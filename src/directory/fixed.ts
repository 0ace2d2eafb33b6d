import type { ServedDirectory } from './directory.ts';
import { layeredDirectory } from './layered.ts';
import { type User, userWith } from './user.ts';
import { Users } from './users.ts';

export type ListedUser = Pick<User, 'id'> & Partial<Omit<User, 'source'>>;

/** A directory that knows the given users of each tenant (tenant id → users), and learns nothing. */
export function createDirectory(
  mode: ServedDirectory['mode'],
  tenants: ReadonlyMap<string, readonly ListedUser[]>,
): ServedDirectory {
  const tables = new Map(Array.from(tenants, ([id, listed]) => [id, tableOf(listed)]));
  return {
    ...layeredDirectory(mode, [(tenantId) => tables.get(tenantId)], {
      photoFile: () => undefined,
      appName: () => undefined,
    }),
    learn() {},
    ledger: undefined,
    groups: undefined,
    async stop() {},
  };
}

/** The users as a table, as the tenant file lists them. */
export function tableOf(listed: readonly ListedUser[]): Users {
  const users = new Users();
  const known = listed.map((user) =>
    userWith({ ...user, id: user.id.toLowerCase(), source: 'file' }),
  );
  // In order, or each would move those after it.
  for (const user of known.sort((a, b) => (a.id < b.id ? -1 : 1))) users.put(user);
  return users;
}
