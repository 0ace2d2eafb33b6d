import type { User } from '../directory/user.ts';
import { type Attributes, attributesOf, listOf, textOf, truthOf } from './body.ts';
import type { Element, Field, Fields } from './filter.ts';

/** What a request says of a user; left out what it says nothing of. */
export type Said = {
  -readonly [Name in keyof Omit<User, 'id' | 'source' | 'groups'>]?: User[Name];
};

/** Attributes that are text here as well: SCIM's names in lower case, and whether case counts. */
const TEXTS = {
  username: { field: 'userPrincipalName', name: 'userName', isExact: false },
  externalid: { field: 'externalId', name: 'externalId', isExact: true },
  displayname: { field: 'displayName', name: 'displayName', isExact: false },
  title: { field: 'jobTitle', name: 'title', isExact: false },
  'name.givenname': { field: 'givenName', name: 'name.givenName', isExact: false },
  'name.familyname': { field: 'surname', name: 'name.familyName', isExact: false },
} as const;

function textAttribute(name: string) {
  return Object.hasOwn(TEXTS, name) ? TEXTS[name as keyof typeof TEXTS] : undefined;
}

/**
 * What the value of an attribute says of a user. SCIM has many more attributes than the directory has places:
 * what has none says nothing (RFC 7644, section 3.3).
 * @param name as `attributeName` gives it
 * @throws ScimError 400 invalidValue
 */
export function saidBy(name: string, value: unknown): Said {
  const text = textAttribute(name);
  if (text !== undefined) return { [text.field]: textOf(value, text.name) };
  if (name === 'active') return { isActive: truthOf(value, 'active') };
  if (name === 'emails') return saidByEmails(value);
  if (name === 'name') {
    if (value === null || value === undefined) return { givenName: null, surname: null };
    return saidByAll(attributesOf(value, 'name'), 'name.');
  }
  return {};
}

/** @throws ScimError 400 invalidValue */
export function saidByAll(attributes: Attributes, prefix = ''): Said {
  const said: Said = {};
  for (const [name, value] of attributes) Object.assign(said, saidBy(prefix + name, value));
  return said;
}

/** There is place for one address: the primary one, else that of work, else the first. */
function saidByEmails(value: unknown): Said {
  if (typeof value === 'string') return { mail: textOf(value, 'emails') };
  const emails = (Array.isArray(value) ? value : value === null ? [] : [value]).map((each) =>
    attributesOf(each, 'Each of emails'),
  );
  const best =
    emails.find((each) => each.get('primary') === true) ??
    emails.find((each) => String(each.get('type')).toLowerCase() === 'work') ??
    emails[0];
  return { mail: textOf(best?.get('value'), 'emails.value') };
}

/** The values of `emails` as they are shown. */
export function emailsOf({ mail }: Pick<User, 'mail'>): readonly EmailElement[] {
  return mail === null ? [] : [{ value: mail, type: 'work', primary: true }];
}

type EmailElement = Element & {
  readonly value: string;
  readonly type: string;
  readonly primary: boolean;
};

const part = (name: 'value' | 'type' | 'primary'): Field<User> => ({
  values: (user) => emailsOf(user).map((email) => email[name]),
});

function textField({ field, isExact }: (typeof TEXTS)[keyof typeof TEXTS]): Field<User> {
  return {
    isExact,
    values(user) {
      const value = user[field];
      return value === null ? [] : [value];
    },
  };
}

/** What users can be asked for by. */
export const USER_FIELDS: Fields<User> = {
  simple: new Map<string, Field<User>>([
    ...Object.entries(TEXTS).map(([name, each]) => [name, textField(each)] as const),
    ['id', { isExact: true, values: ({ id }) => [id] }],
    ['active', { values: ({ isActive }) => [isActive] }],
    ['emails', part('value')],
    ['emails.value', part('value')],
    ['emails.type', part('type')],
    ['emails.primary', part('primary')],
    ['groups', { isExact: true, values: ({ groups }) => groups }],
    ['groups.value', { isExact: true, values: ({ groups }) => groups }],
  ]),
  complex: new Map<string, (user: User) => readonly Element[]>([
    ['emails', emailsOf],
    ['groups', ({ groups }: User) => groups.map((value) => ({ value }))],
  ]),
};

/** The ids in a list of members. @throws ScimError 400 invalidValue */
export function memberIds(value: unknown): string[] {
  const list =
    typeof value === 'object' && !Array.isArray(value) && value !== null ? [value] : value;
  return listOf(list, 'members').map((each) => {
    const id = typeof each === 'string' ? each : attributesOf(each, 'Each of members').get('value');
    return (textOf(id, 'members.value') ?? '').toLowerCase();
  });
}
