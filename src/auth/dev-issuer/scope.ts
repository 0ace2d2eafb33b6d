import { ALL_DELEGATED } from './everything.ts';
import { OAuthError } from './oauth-error.ts';

/** Where a scope without a resource points. */
export const GRAPH = 'https://graph.microsoft.com';

/** Entra takes a permission in any case (Graph Toolkit asks for `presence.read`); tokens spell it as Graph does. */
const SPELLED = new Map(ALL_DELEGATED.map((permission) => [permission.toLowerCase(), permission]));

/** Scopes about the sign-in itself, which aren't permissions. */
const OPENID_SCOPES = new Set(['openid', 'profile', 'email', 'offline_access']);

const PERMISSION = /^[A-Za-z][A-Za-z0-9._-]{0,127}$/;
/** A URI, or the bare GUID of an application. */
const RESOURCE = /^(?:[a-z][a-z0-9+.-]*:\/\/[^\s"<>\\]{1,256}|[0-9a-f-]{36})$/i;

export interface RequestedScope {
  /** The audience of the token. */
  readonly resource: string;
  /** Without `.default`, which stands for all. */
  readonly permissions: readonly string[];
  readonly openid: readonly string[];
}

/**
 * Reads the scopes of a delegated request: `Presence.Read`, `https://graph.microsoft.com/Presence.Read`
 * or `<resource>/.default`, of one resource. Throws `OAuthError`.
 */
export function delegatedScope(text: string): RequestedScope {
  const words = text.split(' ').filter((word) => word !== '');
  const openid = words.filter((word) => OPENID_SCOPES.has(word));
  const scopes = words.filter((word) => !OPENID_SCOPES.has(word)).map(split);
  const permissions = scopes.flatMap(({ permission }) =>
    permission === '.default'
      ? ALL_DELEGATED
      : [SPELLED.get(permission.toLowerCase()) ?? permission],
  );
  return { resource: theResource(scopes), permissions: [...new Set(permissions)], openid };
}

/** The resource an application asks for, as `<resource>/.default`. Throws `OAuthError`. */
export function applicationResource(text: string): string {
  const scopes = text
    .split(' ')
    .filter((word) => word !== '')
    .map(split);
  if (scopes.some(({ permission }) => permission !== '.default')) {
    throw new OAuthError(
      'invalid_scope',
      `The scope of client_credentials is a resource followed by /.default, such as ${GRAPH}/.default.`,
    );
  }
  return theResource(scopes);
}

/** Reads space-separated permissions. Throws `OAuthError` naming the one that isn't one. */
export function permissionList(text: string): readonly string[] {
  const permissions = text.split(' ').filter((word) => word !== '');
  for (const permission of permissions) checkPermission(permission);
  return [...new Set(permissions)];
}

interface Scope {
  readonly resource: string;
  readonly permission: string;
}

/** A resource may end in a slash of its own: `https://graph.microsoft.com//.default`. */
function split(word: string): Scope {
  const slash = word.lastIndexOf('/');
  const resource = slash === -1 ? GRAPH : word.slice(0, slash);
  const permission = word.slice(slash + 1);
  if (!RESOURCE.test(resource)) {
    throw new OAuthError(
      'invalid_scope',
      `The scope ${shown(word)} has no resource that could be one.`,
    );
  }
  if (permission !== '.default') checkPermission(permission);
  return { resource, permission };
}

function theResource(scopes: readonly Scope[]): string {
  const resources = new Set(scopes.map(({ resource }) => resource));
  if (resources.size > 1) {
    throw new OAuthError(
      'invalid_scope',
      `One token is for one resource; the scope names ${[...resources].map(shown).join(' and ')}.`,
    );
  }
  return scopes[0]?.resource ?? GRAPH;
}

function checkPermission(permission: string): void {
  if (!PERMISSION.test(permission)) {
    throw new OAuthError('invalid_scope', `${shown(permission)} is not a permission.`);
  }
}

function shown(text: string): string {
  return JSON.stringify(text.length <= 100 ? text : `${text.slice(0, 100)}…`);
}
