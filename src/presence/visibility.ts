import type { Directory } from './directory.ts';

/** Who asks. */
export interface Reader {
  readonly tenantId: string;
  /** The signed-in user; null for an application by itself. */
  readonly userId: string | null;
}

/** Who may see whose presence, beyond what permissions say. */
export interface Visibility {
  /** False where the reader is shown Offline in place of what is so, and is told of no change. */
  sees(reader: Reader, userId: string): boolean;
}

/** Whom the signed-in users of a tenant see: everyone, those they share a group with, or nobody. */
export interface TenantVisibility {
  readonly who: 'everyone' | 'groups' | 'nobody';
  /** Groups whose members see everyone all the same. */
  readonly seeEveryone: readonly string[];
}

export const EVERYONE_SEES_EVERYONE: Visibility = { sees: () => true };

/**
 * Visibility by tenant and by groups of the directory. Everybody sees themselves. An application by itself
 * sees everyone that its permission is for: it is in no group, and an administrator consented to it
 * (docs/decisions/0064-visibility.md).
 *
 * @param groupsOf the groups of a user of a tenant, none for somebody unknown
 */
export function createVisibility(
  tenants: ReadonlyMap<string, TenantVisibility>,
  groupsOf: (tenantId: string, userId: string) => readonly string[],
): Visibility {
  if (tenants.size === 0) return EVERYONE_SEES_EVERYONE;
  return {
    sees({ tenantId, userId: reader }, userId) {
      const rule = tenants.get(tenantId);
      if (rule === undefined || rule.who === 'everyone') return true;
      if (reader === null || reader === userId) return true;
      const own = groupsOf(tenantId, reader);
      if (own.some((group) => rule.seeEveryone.includes(group))) return true;
      if (rule.who === 'nobody') return false;
      const others = groupsOf(tenantId, userId);
      return own.some((group) => others.includes(group));
    },
  };
}

/** As `visibility`, for readers whom the directory lists: one who was deactivated sees nobody any more. */
export function forListedReaders(
  visibility: Visibility,
  directory: Pick<Directory, 'lists'>,
): Visibility {
  return {
    sees(reader, userId) {
      if (reader.userId !== null && !directory.lists(reader.tenantId, reader.userId)) return false;
      return visibility.sees(reader, userId);
    },
  };
}
