import { shortened } from '../graph/duration.ts';
import { GraphError } from '../graph/error.ts';

/** A page ends there too, however many more would fit by their number. */
const MOST_CHARACTERS_ON_PAGE = 1024 * 1024;

export const SKIP_TOKEN = '$skiptoken';

/** What a page's `@odata.nextLink` adds to a query. */
export const PAGE_QUERY = { [SKIP_TOKEN]: 'From the @odata.nextLink of the page before.' };

export interface Page<T> {
  /** A JSON array. */
  readonly value: string;
  /** The last one on the page, if there are more. */
  readonly last: T | undefined;
}

/**
 * The first of `all`, as many as go on a page.
 * @param all in the order of the list, from the place where the page begins
 */
export function pageOf<T>(
  all: Iterable<T>,
  mostItems: number,
  jsonOf: (item: T) => string,
): Page<T> {
  const items: string[] = [];
  let characters = 0;
  let last: T | undefined;
  for (const each of all) {
    const item = jsonOf(each);
    characters += item.length;
    const isFull = items.length === mostItems || characters > MOST_CHARACTERS_ON_PAGE;
    if (isFull && items.length > 0) return { value: `[${items.join(',')}]`, last };
    items.push(item);
    last = each;
  }
  return { value: `[${items.join(',')}]`, last: undefined };
}

/**
 * The members of an answer that make a page: `"value"`, and `"@odata.nextLink"` where there are more.
 * @param nextLink the address of the page after one that ends with this item
 */
export function pageMembers<T>({ value, last }: Page<T>, nextLink: (last: T) => string): string {
  const link = last === undefined ? '' : `,"@odata.nextLink":${JSON.stringify(nextLink(last))}`;
  return `"value":${value}${link}`;
}

/** Graph's query options begin with a dollar sign. @throws GraphError 400 for one that isn't among these */
export function checkOptions(query: URLSearchParams, known: readonly string[]): void {
  for (const option of query.keys()) {
    if (!option.startsWith('$') || known.includes(option)) continue;
    throw badRequest(`Query option '${shortened(option)}' is not supported here.`);
  }
}

export function badSkipToken(): GraphError {
  return badRequest(`[${SKIP_TOKEN}]: is not one that this server gave.`);
}

function badRequest(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message);
}
