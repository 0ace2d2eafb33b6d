import type { Additions } from '../../graph/additions.ts';
import { shortened } from '../../graph/duration.ts';
import { GraphError } from '../../graph/error.ts';
import { PRESENCE_PROPERTIES, type PresenceProperty } from '../../graph/presence-json.ts';

const OTHER_OPTIONS = ['$count', '$expand', '$filter', '$orderby', '$search', '$skip', '$top'];

/**
 * The presence properties that `$select` asks for; all of them without it. Graph's real service
 * refuses `$select` here; clients expect it to work (docs/decisions/0014-select.md).
 * @throws GraphError 400 for properties that presence hasn't, and for other OData options.
 */
export function selectedProperties(query: URLSearchParams): readonly PresenceProperty[] {
  return selected(query, PRESENCE_PROPERTIES, 'presence');
}

/** `selectedProperties` at an address of Graph's, where `$select` is an addition. */
export function selectedBeyondGraph(
  query: URLSearchParams,
  additions: Additions,
): readonly PresenceProperty[] {
  if (query.size > 0 && query.has('$select')) additions.use('select');
  return selectedProperties(query);
}

/**
 * The properties that `$select` asks for; all of them without it.
 * @param what has the properties, for the message
 * @throws GraphError 400 for properties that it hasn't, and for other OData options.
 */
export function selected<Property extends string>(
  query: URLSearchParams,
  properties: readonly Property[],
  what: string,
): readonly Property[] {
  if (query.size === 0) return properties;
  const other = OTHER_OPTIONS.find((option) => query.has(option));
  if (other !== undefined) {
    throw new GraphError(400, 'BadRequest', `Query option '${other}' is not supported here.`);
  }
  const select = query.get('$select');
  if (select === null) return properties;
  const names = select.split(',').map((name) => name.trim());
  if (names.includes('*')) return properties;
  const unknown = names.find((name) => !properties.some((property) => property === name));
  if (unknown !== undefined) {
    const known = properties.join(', ');
    throw new GraphError(
      400,
      'BadRequest',
      `[$select]: ${what} has no property '${shortened(unknown)}'. It has: ${known}.`,
    );
  }
  return properties.filter((property) => names.includes(property));
}
