import type { Group } from '../directory/stored-group.ts';
import type { User } from '../directory/user.ts';
import type { Field, Fields } from './filter.ts';
import { GROUP } from './schema-ids.ts';
import type { Resource } from './selection.ts';

/** A group, with who is in it as far as that was looked up. */
export interface WholeGroup {
  readonly group: Group;
  /** Undefined where nobody asked. */
  readonly members: readonly User[] | undefined;
}

const memberIdsOf = ({ members = [] }: WholeGroup) => members.map(({ id }) => id);

/** What groups can be asked for by. */
export const GROUP_FIELDS: Fields<WholeGroup> = {
  simple: new Map<string, Field<WholeGroup>>([
    ['id', { isExact: true, values: ({ group }) => [group.id] }],
    ['displayname', { values: ({ group }) => [group.displayName] }],
    [
      'externalid',
      {
        isExact: true,
        values: ({ group }) => (group.externalId === null ? [] : [group.externalId]),
      },
    ],
    ['members', { values: memberIdsOf }],
    ['members.value', { values: memberIdsOf }],
  ]),
  complex: new Map([['members', (whole) => memberIdsOf(whole).map((value) => ({ value }))]]),
};

export function groupLocation(base: string, { id }: Group): string {
  return `${base}/Groups/${id}`;
}

/** A group as SCIM writes it. */
export function groupJson({ group, members }: WholeGroup, base: string): Resource {
  return {
    schemas: [GROUP],
    id: group.id,
    ...(group.externalId !== null && { externalId: group.externalId }),
    displayName: group.displayName,
    ...(members !== undefined && { members: members.map((user) => memberJson(user, base)) }),
    meta: { resourceType: 'Group', location: groupLocation(base, group) },
  };
}

function memberJson({ id, displayName, userPrincipalName }: User, base: string): object {
  const display = displayName ?? userPrincipalName;
  const $ref = `${base}/Users/${id}`;
  return { value: id, $ref, ...(display !== null && { display }), type: 'User' };
}
