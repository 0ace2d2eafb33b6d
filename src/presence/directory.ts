import { isGuid } from '../graph/guid.ts';

/** Who is known in a tenant, by whatever name a request uses. */
export interface Directory {
  /**
   * The object id that a path segment means: a GUID stands for itself, in lower case; a user
   * principal name for the user who has it. Undefined when it can't mean anyone of this tenant.
   */
  resolve(tenantId: string, name: string): string | undefined;
  /** Whether the directory lists this user. */
  lists(tenantId: string, userId: string): boolean;
  /** `open`: a user exists from the first word about them. `listed`: only those on the list exist. */
  readonly mode: 'open' | 'listed';
}

export interface ListedUser {
  readonly id: string;
  readonly userPrincipalName?: string;
}

/** A directory that knows the given users of each tenant (tenant id → users). */
export function createDirectory(
  mode: Directory['mode'],
  tenants: ReadonlyMap<string, readonly ListedUser[]>,
): Directory {
  const listed = new Set<string>();
  const byName = new Map<string, string>();
  for (const [tenantId, users] of tenants) {
    for (const { id, userPrincipalName } of users) {
      const userId = id.toLowerCase();
      listed.add(`${tenantId}/${userId}`);
      if (userPrincipalName !== undefined) {
        byName.set(`${tenantId}/${userPrincipalName.toLowerCase()}`, userId);
      }
    }
  }
  return {
    mode,
    resolve: (tenantId, name) =>
      isGuid(name) ? name.toLowerCase() : byName.get(`${tenantId}/${name.toLowerCase()}`),
    lists: (tenantId, userId) => listed.has(`${tenantId}/${userId}`),
  };
}
