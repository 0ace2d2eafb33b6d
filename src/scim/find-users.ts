import type { UserLedger } from '../directory/ledger.ts';
import type { User } from '../directory/user.ts';
import { parseFilter } from './filter.ts';
import { type Found, findIn, type ListQuery } from './list.ts';
import { USER_FIELDS } from './user-fields.ts';

/** The users of a tenant that are asked for, in the order of their ids. @throws ScimError 400 for the filter */
export async function findUsers(
  ledger: UserLedger,
  tenantId: string,
  query: ListQuery,
): Promise<Found<User>> {
  const { filter, startIndex, count } = query;
  if (filter === undefined) {
    return { total: ledger.size(tenantId), items: ledger.page(tenantId, startIndex - 1, count) };
  }
  const { matches, equals } = parseFilter(filter, USER_FIELDS);
  const only = lookedUp(ledger, tenantId, equals);
  const slice = (start: number, limit: number) =>
    only === undefined ? ledger.page(tenantId, start, limit) : only.slice(start, start + limit);
  return findIn(slice, matches, query);
}

/** The only one who can be meant; undefined where it may be anybody. */
function lookedUp(
  ledger: UserLedger,
  tenantId: string,
  equals: ReadonlyMap<string, string>,
): User[] | undefined {
  const by: [string, (value: string) => User | undefined][] = [
    ['id', (value) => ledger.user(tenantId, value)],
    ['username', (value) => ledger.byUserName(tenantId, value)],
    ['externalid', (value) => ledger.byExternalId(tenantId, value)],
  ];
  for (const [name, look] of by) {
    const value = equals.get(name);
    if (value === undefined) continue;
    const user = look(value);
    return user === undefined ? [] : [user];
  }
  return undefined;
}
