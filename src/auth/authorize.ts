import type { GraphErrorCode } from '../graph/error.ts';
import type { Caller } from './caller.ts';
import type { Access } from './permissions.ts';

export type Decision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly status: 400 | 401 | 403;
      readonly code: GraphErrorCode;
      readonly message: string;
    };

/** What an application token gets on a path beginning with `/me`: the real service's words. */
export const ME_NEEDS_A_USER: Decision = {
  allowed: false,
  status: 400,
  code: 'BadRequest',
  message: '/me request is only valid with delegated authentication flow.',
};

const ALLOWED: Decision = { allowed: true };

/**
 * Decides whether `caller` may do what `access` guards. Looks at permissions only: that the user exists
 * and lies in the caller's tenant is asked elsewhere.
 *
 * @param targetUserId lower-case object id of the user read or written; `many` for a bulk operation
 */
export function authorize(access: Access, caller: Caller, targetUserId: string | 'many'): Decision {
  if (caller.userId === null) return holdsOneOf(access.application, caller, access);
  if (targetUserId === caller.userId) return holdsOneOf(access.own, caller, access);
  if (access.other !== 'refused') return holdsOneOf(access.other, caller, access);
  return {
    allowed: false,
    status: 401,
    code: 'Unauthorized',
    // The real service's words; clients look for them.
    message: `Cannot set the presence of another user. Authenticated user: ${caller.userId}. Requested user: ${targetUserId}`,
  };
}

function holdsOneOf(needed: readonly string[], caller: Caller, access: Access): Decision {
  for (const permission of needed) {
    if (caller.permissions.has(permission)) return ALLOWED;
  }
  const kind = caller.userId === null ? 'application' : 'delegated';
  const message =
    needed.length === 0
      ? `This operation isn't open to ${kind} permissions, and the token is ${an(kind)} one; ${otherWay(kind, access)}.`
      : `Missing ${oneOf(kind, needed)}. The token is ${an(kind)} one ${holding(caller)}.`;
  return { allowed: false, status: 403, code: 'Forbidden', message };
}

function otherWay(kind: 'application' | 'delegated', access: Access): string {
  return kind === 'application'
    ? `it needs a signed-in user and ${oneOf('delegated', access.own)}`
    : `it needs an application's own token and ${oneOf('application', access.application)}`;
}

function oneOf(kind: string, permissions: readonly string[]): string {
  const [first, ...more] = permissions;
  return more.length === 0
    ? `the ${kind} permission ${first}`
    : `one of the ${kind} permissions ${permissions.join(', ')}`;
}

function holding({ permissions }: Caller): string {
  return permissions.size === 0 ? 'without permissions' : `with ${[...permissions].join(', ')}`;
}

function an(kind: 'application' | 'delegated'): string {
  return kind === 'application' ? 'an application' : 'a delegated';
}
