import type { Group } from '../directory/stored-group.ts';
import { textOf } from './body.ts';
import { invalidValue, ScimError } from './error.ts';
import { ELEMENT, type Element, parseFilter } from './filter.ts';
import type { MemberChange } from './members.ts';
import type { Operation } from './patch.ts';
import { memberIds } from './user-fields.ts';

export interface GroupChange {
  readonly group: Group;
  readonly members: MemberChange;
}

/** What becomes of a group by the steps of a PATCH. @throws ScimError 400 */
export function patchGroup(before: Group, operations: readonly Operation[]): GroupChange {
  let group = before;
  let all: Set<string> | undefined;
  const changed = new Map<string, boolean>();
  for (const operation of operations) {
    const { op, path, value } = operation;
    const given = op === 'remove' ? null : value;
    switch (path.name) {
      case 'displayname':
        group = { ...group, displayName: groupName(given) };
        break;
      case 'externalid':
        group = { ...group, externalId: textOf(given, 'externalId') };
        break;
      case 'members': {
        const ids = membersMeant(operation);
        if (op === 'replace' || ids === undefined) {
          all = new Set(ids);
          changed.clear();
        } else {
          for (const id of ids) changed.set(id, op === 'add');
        }
      }
    }
  }
  return { group, members: { all, changed } };
}

/** @throws ScimError 400 for a group without a name */
export function groupName(value: unknown): string {
  const name = textOf(value, 'displayName');
  if (name === null) throw invalidValue('displayName is missing.');
  return name;
}

/** The members that a step names; undefined for all. Okta names them in the path, Entra in either place. */
function membersMeant({ op, path, value }: Operation): readonly string[] | undefined {
  if (path.filter === undefined) {
    return op === 'remove' && (value === undefined || value === null)
      ? undefined
      : memberIds(value);
  }
  const { equals } = parseFilter<Element>(path.filter, ELEMENT);
  const id = equals.get('value');
  if (op === 'remove' && id !== undefined && equals.size === 1) return [id.toLowerCase()];
  throw new ScimError(400, 'Of members, one is removed by value eq "…".', 'invalidFilter');
}
