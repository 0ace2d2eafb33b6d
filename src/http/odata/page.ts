import { shortened } from '../../graph/duration.ts';
import { GraphError } from '../../graph/error.ts';

/** Graph's default and limit for what Outlook keeps. */
const DEFAULT_TOP = 10;
const MOST_ON_PAGE = 1000;

const MOST_SKIPPED = 1_000_000;

/** What an OData collection takes of a query, for the documents. */
export const COLLECTION_QUERY = {
  $select: 'Properties, separated by commas.',
  $filter: "Comparisons joined by 'and'.",
  $orderby: 'Properties, separated by commas, each with asc or desc.',
  $top: `Items on a page, 1 to ${MOST_ON_PAGE}; ${DEFAULT_TOP} by default.`,
  $skip: 'Items before the page.',
  $count: 'true adds @odata.count.',
};

export interface Page<T> {
  readonly items: readonly T[];
  /** How many there are on all pages; undefined where nobody asked. */
  readonly count: number | undefined;
  /** Where the next page is; undefined on the last one. */
  readonly nextLink: string | undefined;
}

/**
 * The page of a list that a query asks for.
 * @param address where the list stands, without a query
 * @throws GraphError 400
 */
export function pageOf<T>(all: readonly T[], query: URLSearchParams, address: string): Page<T> {
  const top = wholeNumber(query, '$top', 1, MOST_ON_PAGE) ?? DEFAULT_TOP;
  const skip = wholeNumber(query, '$skip', 0, MOST_SKIPPED) ?? 0;
  const next = new URLSearchParams(query);
  next.set('$skip', String(skip + top));
  const link = `${address}?${next.toString().replaceAll('%24', '$')}`;
  return {
    items: all.slice(skip, skip + top),
    count: isTrue(query, '$count') ? all.length : undefined,
    nextLink: skip + top < all.length ? link : undefined,
  };
}

/** A number among the query options; undefined without it. @throws GraphError 400 */
export function wholeNumber(
  query: URLSearchParams,
  option: string,
  least: number,
  most: number,
): number | undefined {
  const text = query.get(option);
  if (text === null) return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw badOption(option, `'${shortened(text)}' is not a number from ${least} to ${most}`);
}

function isTrue(query: URLSearchParams, option: string): boolean {
  const text = query.get(option);
  if (text === null || text === 'false') return false;
  if (text === 'true') return true;
  throw badOption(option, `'${shortened(text)}' is neither true nor false`);
}

export function badOption(option: string, why: string): GraphError {
  return new GraphError(400, 'BadRequest', `[${option}]: ${why}.`);
}
