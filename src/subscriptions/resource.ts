import type { Additions } from '../graph/additions.ts';
import { shortened } from '../graph/duration.ts';
import { GraphError, invalidArgument } from '../graph/error.ts';
import { MOST_IDS } from '../graph/most-ids.ts';
import { normalizePath } from '../graph/path.ts';
import type { PresenceProperty } from '../graph/presence-json.ts';
import { type Directory, mustAdmit } from '../presence/directory.ts';
import { filteredIds } from './resource-filter.ts';
import { DEFAULT_PROPERTIES, decoded, queryOptions, selectedProperties } from './resource-query.ts';
import type { Scope } from './subscription.ts';

/** The paths that make sense are far shorter; a list of ids stands in the query. */
const LONGEST_PATH = 1024;

export interface Resource {
  readonly scope: Scope;
  readonly properties: readonly PresenceProperty[];
}

/** Whose wish a resource is read for. */
export interface ResourceTerms {
  readonly tenantId: string;
  readonly additions: Additions;
  readonly directory: Directory;
}

/**
 * What the `resource` of a subscription means (Graph, "Get change notifications for presence"). Any
 * spelling that a client may send is understood; its text is bounded by the request alone, and reading
 * takes time in proportion to it.
 * @throws GraphError 400 saying what is supported; 404 for one user whom a listed directory doesn't know
 */
export function parseResource(text: string, terms: ResourceTerms): Resource {
  const mark = text.indexOf('?');
  const path = mark === -1 ? text : text.slice(0, mark);
  const options = queryOptions(mark === -1 ? '' : text.slice(mark + 1));
  const user = userOfPath(path, terms);
  const properties =
    options.select === undefined ? DEFAULT_PROPERTIES : selectedBeyondGraph(options.select, terms);
  if (user !== undefined) {
    if (options.filter !== undefined) throw unsupported(terms);
    return { scope: [oneUser(user, terms)], properties };
  }
  if (options.filter !== undefined) {
    return { scope: severalUsers(options.filter, terms), properties };
  }
  terms.additions.use('whole-tenant', () => needsExtended('Everyone of the tenant'));
  return { scope: 'tenant', properties };
}

function selectedBeyondGraph(
  select: string,
  { additions }: ResourceTerms,
): readonly PresenceProperty[] {
  additions.use('select-in-subscriptions', () => needsExtended('$select'));
  return selectedProperties(select);
}

/** The user that a path names; undefined for the path of all presences. */
function userOfPath(path: string, terms: ResourceTerms): string | undefined {
  if (path.length > LONGEST_PATH) throw unsupported(terms);
  const segments = normalizePath(path).replace(/^\//, '').split('/').map(decoded);
  const [first = '', second = '', third, ...more] = /^(v1\.0|beta)$/i.test(segments[0] ?? '')
    ? segments.slice(1)
    : segments;
  const start = `${first}/${second}`.toLowerCase();
  if (start === 'me/presence' && third === undefined) {
    // The real service's words.
    throw new GraphError(
      400,
      'ExtensionError',
      'Operation: Create; Exception: [Status Code: BadRequest; Reason: Unsupported workload.]',
    );
  }
  if (more.length === 0 && start === 'communications/presences') {
    if (third !== '') return third;
  } else if (more.length === 0 && first.toLowerCase() === 'users' && second !== '') {
    if (third?.toLowerCase() === 'presence') return second;
  }
  throw unsupported(terms);
}

function oneUser(name: string, { tenantId, directory }: ResourceTerms): string {
  const userId = directory.resolve(tenantId, name);
  if (userId === undefined) throw nobody(name);
  mustAdmit(directory, { tenantId, userId });
  return userId;
}

function severalUsers(filter: string, { tenantId, additions, directory }: ResourceTerms): string[] {
  const tooMany = (most: number) =>
    invalidArgument(`[Resource]: at most ${most} ids fit into one $filter.`);
  const userIds = new Set<string>();
  let count = 0;
  for (const name of filteredIds(filter)) {
    count += 1;
    if (count > MOST_IDS.graph) additions.use('more-ids', () => tooMany(MOST_IDS.graph));
    if (count > MOST_IDS.extended) throw tooMany(MOST_IDS.extended);
    const userId = directory.resolve(tenantId, name);
    if (userId === undefined) throw nobody(name);
    userIds.add(userId);
  }
  return [...userIds];
}

function nobody(name: string): GraphError {
  return invalidArgument(
    `[Resource]: '${shortened(name)}' is neither a user's object id nor a user principal name known here.`,
  );
}

function needsExtended(what: string): GraphError {
  return invalidArgument(`[Resource]: ${what} needs profile extended. ${supported(false)}`);
}

function unsupported({ additions }: ResourceTerms): GraphError {
  const which = supported(additions.areAllowed);
  return invalidArgument(`[Resource]: not a resource to subscribe to. ${which}`);
}

function supported(withAdditions: boolean): string {
  const paths = [
    'communications/presences/{id}',
    "communications/presences?$filter=id in ('{id}','{id}')",
    'users/{id}/presence',
    ...(withAdditions ? ['communications/presences'] : []),
  ].join(', ');
  const select = withAdditions ? ', each also with $select' : '';
  return `Supported: ${paths}${select}.`;
}
