import { setImmediate } from 'node:timers/promises';
import { attributesOf, listOf, textOf } from './body.ts';
import type { ScimReply } from './call.ts';
import { invalidValue } from './error.ts';
import { LIST_RESPONSE } from './schema-ids.ts';
import { namesIn, type Resource, type Selection, selectionOf } from './selection.ts';

/** Resources on one page at most, and where nothing is said. */
export const MOST_ON_PAGE = 1000;
const USUAL_ON_PAGE = 100;

/** How many resources are looked at before others have their turn. */
const SLICE = 2000;

/** What is asked for in a list. */
export interface ListQuery {
  readonly filter: string | undefined;
  /** 1 for the first. */
  readonly startIndex: number;
  readonly count: number;
  readonly selection: Selection;
}

/** Source: RFC 7644, section 3.4.2. A server that doesn't sort passes sortBy over. @throws ScimError 400 */
export function listQuery(query: URLSearchParams): ListQuery {
  return {
    filter: query.get('filter') || undefined,
    ...pageOf(query.get('startIndex'), query.get('count')),
    selection: selectionIn(query),
  };
}

/** The same as the body of a search. Source: RFC 7644, section 3.4.3. @throws ScimError 400 */
export function searchQuery(body: unknown): ListQuery {
  const given = attributesOf(body);
  const filter = given.get('filter') ?? undefined;
  if (filter !== undefined && typeof filter !== 'string')
    throw invalidValue('filter must be text.');
  const names = (name: string) =>
    given.has(name)
      ? listOf(given.get(name), name).map((each) => textOf(each, name) ?? '')
      : undefined;
  return {
    filter: filter || undefined,
    ...pageOf(given.get('startindex'), given.get('count')),
    selection: selectionOf(names('attributes'), names('excludedattributes')),
  };
}

export function selectionIn(query: URLSearchParams): Selection {
  return selectionOf(namesIn(query.get('attributes')), namesIn(query.get('excludedAttributes')));
}

/** What is below the least means the least. Source: RFC 7644, section 3.4.2.4. */
function pageOf(startIndex: unknown, count: unknown): Pick<ListQuery, 'startIndex' | 'count'> {
  return {
    startIndex: Math.max(1, whole(startIndex, 'startIndex') ?? 1),
    count: Math.min(MOST_ON_PAGE, Math.max(0, whole(count, 'count') ?? USUAL_ON_PAGE)),
  };
}

function whole(value: unknown, name: string): number | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw invalidValue(`${name} must be a whole number.`);
}

/** A page of what was found, and how much there is in all. */
export interface Found<T> {
  readonly total: number;
  readonly items: readonly T[];
}

/** Looks through all there is, a slice at a time. */
export async function findIn<T>(
  slice: (start: number, limit: number) => readonly T[],
  matches: (item: T) => boolean,
  { startIndex, count }: Pick<ListQuery, 'startIndex' | 'count'>,
): Promise<Found<T>> {
  const items: T[] = [];
  let total = 0;
  for (let start = 0; ; start += SLICE) {
    const some = slice(start, SLICE);
    for (const item of some) {
      if (!matches(item)) continue;
      total++;
      if (total >= startIndex && items.length < count) items.push(item);
    }
    if (some.length < SLICE) return { total, items };
    await setImmediate();
  }
}

export function listReply(
  total: number,
  startIndex: number,
  resources: readonly Resource[],
): ScimReply {
  return {
    status: 200,
    body: {
      schemas: [LIST_RESPONSE],
      totalResults: total,
      startIndex,
      itemsPerPage: resources.length,
      Resources: resources,
    },
  };
}
