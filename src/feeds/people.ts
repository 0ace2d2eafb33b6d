import { admits, type Directory } from '../presence/directory.ts';
import type { UserKey } from '../store/store.ts';

/** What feeds need to know of a directory; one that knows names tells them. */
export interface PeopleDirectory extends Directory {
  user?(
    tenantId: string,
    userId: string,
  ): { readonly userPrincipalName: string | null; readonly mail: string | null } | undefined;
}

/** Whose calendars they are. */
export interface People {
  isKnown(user: UserKey): boolean;
  /** The mail addresses that are known of a user, in lower case. */
  addressesOf(user: UserKey): readonly string[];
  /** The user whom a name means in a tenant: an object id or a user principal name. */
  named(tenantId: string, name: string): UserKey | undefined;
}

export function peopleOf(directory: PeopleDirectory): People {
  const isKnown = (user: UserKey) => admits(directory, user);
  return {
    isKnown,

    addressesOf({ tenantId, userId }) {
      const { mail = null, userPrincipalName = null } = directory.user?.(tenantId, userId) ?? {};
      const known = [mail, userPrincipalName].filter((each) => each?.includes('@') === true);
      return [...new Set(known.map((each) => String(each).toLowerCase()))];
    },

    named(tenantId, name) {
      const userId = directory.resolve(tenantId, name);
      if (userId === undefined) return undefined;
      const user = { tenantId, userId };
      return isKnown(user) ? user : undefined;
    },
  };
}
