import { createHash } from 'node:crypto';
import { storedText } from '../directory/stored-user.ts';
import type { User } from '../directory/user.ts';
import { USER } from './schema-ids.ts';
import type { Resource } from './selection.ts';
import { emailsOf } from './user-fields.ts';

/** Another one for each state of a user. Source: RFC 7644, section 3.14. */
export function versionOf(user: User): string {
  const digest = createHash('sha256').update(storedText(user)).digest('base64url');
  return `W/"${digest.slice(0, 22)}"`;
}

export function userLocation(base: string, { id }: User): string {
  return `${base}/Users/${id}`;
}

/**
 * A user as SCIM writes it. What isn't known is left out.
 * @param groupName what a group is called; undefined for one that is no more
 */
export function userJson(
  user: User,
  base: string,
  groupName: (groupId: string) => string | undefined,
): Resource {
  const emails = emailsOf(user);
  const groups = user.groups.flatMap((value) => {
    const display = groupName(value);
    const $ref = `${base}/Groups/${value}`;
    return display === undefined ? [] : [{ value, $ref, display, type: 'direct' }];
  });
  return {
    schemas: [USER],
    id: user.id,
    ...(user.externalId !== null && { externalId: user.externalId }),
    ...(user.userPrincipalName !== null && { userName: user.userPrincipalName }),
    ...nameOf(user),
    ...(user.displayName !== null && { displayName: user.displayName }),
    ...(user.jobTitle !== null && { title: user.jobTitle }),
    active: user.isActive,
    ...(emails.length > 0 && { emails }),
    groups,
    meta: {
      resourceType: 'User',
      location: userLocation(base, user),
      version: versionOf(user),
    },
  };
}

function nameOf({ givenName, surname }: User): object {
  if (givenName === null && surname === null) return {};
  const formatted = [givenName, surname].filter((part) => part !== null).join(' ');
  return {
    name: {
      formatted,
      ...(surname !== null && { familyName: surname }),
      ...(givenName !== null && { givenName }),
    },
  };
}
