import { shortened } from '../../graph/duration.ts';
import { GraphError } from '../../graph/error.ts';
import { isGuid } from '../../graph/guid.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';

/** A page ends with whichever comes first. A resource may hold thousands of ids. */
const MOST_ON_PAGE = 100;
const MOST_CHARACTERS_ON_PAGE = 1024 * 1024;

const SKIP_TOKEN = '$skiptoken';

/** What pages take of a query. */
export const PAGE_QUERY = { [SKIP_TOKEN]: 'From the @odata.nextLink of the page before.' };

/**
 * A page of subscriptions as members of an answer: `"value"`, and `"@odata.nextLink"` where there are more.
 * @param all in the order of their ids
 * @param address where the list stands, without a query
 * @throws GraphError 400 for a query that asks for anything else
 */
export function subscriptionPage(
  all: Iterable<Subscription>,
  query: URLSearchParams,
  address: string,
  jsonOf: (subscription: Subscription) => string,
): string {
  const after = skipToken(query);
  const items: string[] = [];
  let characters = 0;
  let last = '';
  let isWhole = true;
  for (const each of all) {
    if (each.id <= after) continue;
    const item = jsonOf(each);
    characters += item.length;
    if (items.length === MOST_ON_PAGE) isWhole = false;
    if (items.length > 0 && characters > MOST_CHARACTERS_ON_PAGE) isWhole = false;
    if (!isWhole) break;
    items.push(item);
    last = each.id;
  }
  const nextLink = isWhole ? '' : `,"@odata.nextLink":"${address}?${SKIP_TOKEN}=${last}"`;
  return `"value":[${items.join(',')}]${nextLink}`;
}

/** The id after which the page begins. Graph takes no other OData options here. */
function skipToken(query: URLSearchParams): string {
  for (const option of query.keys()) {
    if (!option.startsWith('$') || option === SKIP_TOKEN) continue;
    throw badRequest(`Query option '${shortened(option)}' is not supported here.`);
  }
  const token = query.get(SKIP_TOKEN);
  if (token === null) return '';
  if (!isGuid(token)) throw badRequest(`[${SKIP_TOKEN}]: is not one that this server gave.`);
  return token.toLowerCase();
}

function badRequest(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message);
}
