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
  if (query.size === 0) return PRESENCE_PROPERTIES;
  const other = OTHER_OPTIONS.find((option) => query.has(option));
  if (other !== undefined) {
    throw new GraphError(400, 'BadRequest', `Query option '${other}' is not supported here.`);
  }
  const select = query.get('$select');
  if (select === null) return PRESENCE_PROPERTIES;
  const names = select.split(',').map((name) => name.trim());
  if (names.includes('*')) return PRESENCE_PROPERTIES;
  const unknown = names.find((name) => !isPresenceProperty(name));
  if (unknown !== undefined) {
    const known = PRESENCE_PROPERTIES.join(', ');
    throw new GraphError(
      400,
      'BadRequest',
      `[$select]: presence has no property '${shortened(unknown)}'. It has: ${known}.`,
    );
  }
  return PRESENCE_PROPERTIES.filter((property) => names.includes(property));
}

function isPresenceProperty(name: string): name is PresenceProperty {
  return PRESENCE_PROPERTIES.some((property) => property === name);
}
