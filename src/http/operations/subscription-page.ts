import { isGuid } from '../../graph/guid.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { badSkipToken, checkOptions, pageMembers, pageOf, SKIP_TOKEN } from '../page.ts';

/** A page of them may end before: a resource may hold thousands of ids. */
const MOST_ON_PAGE = 100;

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
  const page = pageOf(after(all, skipToken(query)), MOST_ON_PAGE, jsonOf);
  return pageMembers(page, ({ id }) => `${address}?${SKIP_TOKEN}=${id}`);
}

function* after(all: Iterable<Subscription>, id: string): Iterable<Subscription> {
  for (const each of all) if (each.id > id) yield each;
}

/** The id after which the page begins. Graph takes no other OData options here. */
function skipToken(query: URLSearchParams): string {
  checkOptions(query, [SKIP_TOKEN]);
  const token = query.get(SKIP_TOKEN);
  if (token === null) return '';
  if (!isGuid(token)) throw badSkipToken();
  return token.toLowerCase();
}
