import type { Caller } from '../../../auth/caller.ts';
import { READ_USER_WHOLE } from '../../../auth/permissions.ts';
import type { User } from '../../../directory/user.ts';
import type { Fields } from '../../../graph/condition.ts';
import { shortened } from '../../../graph/duration.ts';
import { GraphError } from '../../../graph/error.ts';

/** How much of a user somebody may see: with User.ReadBasic.All alone, who they are, and nothing of their work. */
export type UserView = 'whole' | 'basic';

type Value = string | boolean | null;

/** What is known of users, under Graph's names. */
const KNOWN: Readonly<Record<string, (user: User) => Value>> = {
  displayName: ({ displayName }) => displayName,
  givenName: ({ givenName }) => givenName,
  jobTitle: ({ jobTitle }) => jobTitle,
  mail: ({ mail }) => mail,
  surname: ({ surname }) => surname,
  userPrincipalName: ({ userPrincipalName }) => userPrincipalName,
  id: ({ id }) => id,
  accountEnabled: ({ isActive }) => isActive,
};

/** Source: Graph's permissions reference, User.ReadBasic.All. */
const BASIC = new Set(['displayName', 'givenName', 'mail', 'surname', 'userPrincipalName', 'id']);

/** What an answer has without `$select`, in the order of Graph's. */
const BY_DEFAULT = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
];

/** What `$select` may ask for too: properties that Graph has, and of which nothing is known here. */
const BY_SELECT = [
  'accountEnabled',
  'aboutMe',
  'ageGroup',
  'birthday',
  'city',
  'companyName',
  'country',
  'createdDateTime',
  'creationType',
  'deletedDateTime',
  'department',
  'employeeHireDate',
  'employeeId',
  'employeeType',
  'externalUserState',
  'faxNumber',
  'imAddresses',
  'mailNickname',
  'mySite',
  'onPremisesSamAccountName',
  'otherMails',
  'postalCode',
  'preferredName',
  'proxyAddresses',
  'securityIdentifier',
  'state',
  'streetAddress',
  'usageLocation',
  'userType',
];

/** Collections, which are empty rather than null. */
const LISTS = new Set(['businessPhones', 'imAddresses', 'otherMails', 'proxyAddresses']);

const IN_LOWER_CASE = new Map(
  [...BY_DEFAULT, ...BY_SELECT].map((name) => [name.toLowerCase(), name]),
);

/** The properties that an answer is to have; `isDefault` where the request doesn't say. */
export interface SelectedProperties {
  readonly names: readonly string[];
  readonly isDefault: boolean;
}

/** @throws GraphError 400 for a property that Graph's user hasn't */
export function selectedUserProperties(query: URLSearchParams): SelectedProperties {
  const select = query.get('$select');
  if (select === null) return { names: BY_DEFAULT, isDefault: true };
  const asked = select
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (asked.length === 0 || asked.includes('*')) return { names: BY_DEFAULT, isDefault: true };
  const names = asked.map((name) => {
    const known = IN_LOWER_CASE.get(name.toLowerCase());
    if (known !== undefined) return known;
    // In the real service's words.
    const message = `Could not find a property named '${shortened(name)}' on type 'microsoft.graph.user'.`;
    throw new GraphError(400, 'BadRequest', message);
  });
  return { names: [...new Set(names)], isDefault: false };
}

/** How a context names what was selected: `users`, or `users(displayName,id)`. */
export function usersContext({ names, isDefault }: SelectedProperties): string {
  return isDefault ? 'users' : `users(${names.join(',')})`;
}

/** A user's properties as the members of a JSON object. */
export function userJson(user: User, { names }: SelectedProperties, view: UserView): string {
  return names
    .map(
      (name) => `"${name}":${JSON.stringify(LISTS.has(name) ? [] : propertyOf(user, name, view))}`,
    )
    .join(',');
}

function propertyOf(user: User, name: string, view: UserView): Value {
  return view === 'whole' || BASIC.has(name) ? (KNOWN[name]?.(user) ?? null) : null;
}

/** What a list can be asked about; of what isn't shown, nothing can be found out. */
export function userFields(view: UserView): Fields<User> {
  return new Map(
    Object.keys(KNOWN).map((name) => [
      name.toLowerCase(),
      (user: User) => propertyOf(user, name, view),
    ]),
  );
}

/** How much of this user, or of `many`, a caller may see that may read them at all. */
export function viewOf({ userId, permissions }: Caller, targetUserId: string | 'many'): UserView {
  if (userId !== null && userId === targetUserId) return 'whole';
  return READ_USER_WHOLE.some((permission) => permissions.has(permission)) ? 'whole' : 'basic';
}
