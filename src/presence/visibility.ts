import type { Directory } from './directory.ts';

/** Who asks. */
export interface Reader {
  readonly tenantId: string;
  /** The signed-in user; null for an application by itself. */
  readonly userId: string | null;
}

/** Whether the presence of a user is seen. */
export type Sees = (userId: string) => boolean;

/** Who may see whose presence, beyond what permissions say. */
export interface Visibility {
  /**
   * Whether a reader sees a user; false where they are shown Offline in place of what is so, and told of no change.
   * What is given back is of this moment: groups change.
   */
  by(reader: Reader): Sees;
}

/** Whom the signed-in users of a tenant see: everyone, those they share a group with, or nobody. */
export interface TenantVisibility {
  readonly who: 'everyone' | 'groups' | 'nobody';
  /** Groups whose members see everyone all the same. */
  readonly seeEveryone: readonly string[];
}

const ANYBODY: Sees = () => true;
const NOBODY: Sees = () => false;

export const EVERYONE_SEES_EVERYONE: Visibility = { by: () => ANYBODY };

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
    by({ tenantId, userId: reader }) {
      const rule = tenants.get(tenantId);
      if (rule === undefined || rule.who === 'everyone' || reader === null) return ANYBODY;
      const own = new Set(groupsOf(tenantId, reader));
      if (rule.seeEveryone.some((group) => own.has(group))) return ANYBODY;
      if (rule.who === 'nobody') return (userId) => userId === reader;
      return (userId) =>
        userId === reader || groupsOf(tenantId, userId).some((group) => own.has(group));
    },
  };
}

/** As `visibility`, for readers whom the directory lists: one who was deactivated sees nobody any more. */
export function forListedReaders(
  visibility: Visibility,
  directory: Pick<Directory, 'lists'>,
): Visibility {
  return {
    by(reader) {
      const { tenantId, userId } = reader;
      return userId !== null && !directory.lists(tenantId, userId) ? NOBODY : visibility.by(reader);
    },
  };
}
