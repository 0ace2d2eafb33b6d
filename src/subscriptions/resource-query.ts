import { shortened } from '../graph/duration.ts';
import { invalidArgument } from '../graph/error.ts';
import { PRESENCE_PROPERTIES, type PresenceProperty } from '../graph/presence-json.ts';

/** What the real service notifies of. `id` never changes; it says whose the rest is. */
export const DEFAULT_PROPERTIES: readonly PresenceProperty[] = ['id', 'availability', 'activity'];

export interface QueryOptions {
  readonly filter: string | undefined;
  readonly select: string | undefined;
}

/**
 * The options of a resource's query, raw or percent-encoded, names in any case.
 * @throws GraphError 400 for other options, and for one that stands there twice
 */
export function queryOptions(query: string): QueryOptions {
  const found = new Map<string, string>();
  for (const part of query === '' ? [] : query.split('&')) {
    const equals = part.indexOf('=');
    const name = decoded(equals === -1 ? part : part.slice(0, equals)).toLowerCase();
    if ((name !== '$filter' && name !== '$select') || equals === -1) {
      throw invalidArgument(
        `[Resource]: query option '${shortened(name)}' is not supported here; $filter and $select are.`,
      );
    }
    if (found.has(name)) throw invalidArgument(`[Resource]: ${name} stands there twice.`);
    found.set(name, decoded(part.slice(equals + 1).replaceAll('+', ' ')));
  }
  return { filter: found.get('$filter'), select: found.get('$select') };
}

/** @throws GraphError 400 for properties that presence hasn't */
export function selectedProperties(select: string): readonly PresenceProperty[] {
  const names = new Set(select.split(',').map((name) => name.trim()));
  if (names.has('*')) return PRESENCE_PROPERTIES;
  const known: ReadonlySet<string> = new Set(PRESENCE_PROPERTIES);
  for (const name of names) {
    if (known.has(name)) continue;
    throw invalidArgument(
      `[Resource]: presence has no property '${shortened(name)}'. It has: ${PRESENCE_PROPERTIES.join(', ')}.`,
    );
  }
  return PRESENCE_PROPERTIES.filter((property) => property === 'id' || names.has(property));
}

/** @throws GraphError 400 for text that isn't properly percent-encoded */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidArgument('[Resource]: does not decode.');
  }
}
