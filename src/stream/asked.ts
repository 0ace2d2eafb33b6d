import type { Caller } from '../auth/caller.ts';
import type { Additions } from '../graph/additions.ts';
import { GraphError, invalidArgument } from '../graph/error.ts';
import { type AskedUsers, askedUsers } from '../http/operations/asked-users.ts';
import type { Directory } from '../presence/directory.ts';

/** Whom a request is about: the users it names, or everyone of the caller's tenant. */
export type Asked = AskedUsers | 'tenant';

/** The ids of an address: `ids=a,b`, or `ids=a&ids=b`. Undefined where it has no such parameter. */
export function idsIn(query: URLSearchParams): readonly string[] | undefined {
  if (!query.has('ids')) return undefined;
  const all = query.getAll('ids').flatMap((ids) => ids.split(','));
  return all.map((id) => id.trim()).filter((id) => id !== '');
}

/**
 * @param ids undefined for everyone
 * @throws GraphError 400 where the ids are none or too many, or everyone isn't to be had
 */
export function askedFor(
  ids: readonly string[] | undefined,
  caller: Caller,
  additions: Additions,
  directory: Directory,
): Asked {
  if (ids !== undefined) {
    if (ids.length === 0) throw invalidArgument('[Ids]: At least one id is needed.');
    return askedUsers(ids, additions, caller.tenantId, directory);
  }
  if (caller.userId !== null) throw idsRequired();
  additions.use('whole-tenant', idsRequired);
  return 'tenant';
}

function idsRequired(): GraphError {
  return new GraphError(
    400,
    'BadRequest',
    '[Ids]: The ids field is required. Without it everyone of the tenant is meant, which is open to an application by its own token, in profile extended.',
  );
}
