import { SUBSCRIBE_TO_PRESENCE } from '../../auth/permissions.ts';
import { shortened } from '../../graph/duration.ts';
import { GraphError } from '../../graph/error.ts';
import { isGuid } from '../../graph/guid.ts';
import { subscriptionJson } from '../../subscriptions/subscription-json.ts';
import { json, type Route } from '../route.ts';
import type { Services } from './services.ts';
import { subscriptionsSchema } from './subscription-schema.ts';

/** A page ends with whichever comes first. A resource may hold thousands of ids. */
const MOST_ON_PAGE = 100;
const MOST_CHARACTERS_ON_PAGE = 1024 * 1024;

const SKIP_TOKEN = '$skiptoken';

/** Source: Graph, "List subscriptions". */
export function listSubscriptions({ subscriptions, profile }: Services): Route {
  return {
    operation: 'listSubscriptions',
    summary: "List the caller's subscriptions",
    method: 'GET',
    paths: ['/subscriptions'],
    access: SUBSCRIBE_TO_PRESENCE[profile],
    query: { [SKIP_TOKEN]: 'From the @odata.nextLink of the page before.' },
    result: subscriptionsSchema,
    async handle({ caller, query, origin, version }) {
      const after = skipToken(query);
      const items: string[] = [];
      let characters = 0;
      let last = '';
      let isWhole = true;
      for (const each of subscriptions.list(caller)) {
        if (each.id <= after) continue;
        const item = `{${subscriptionJson(each, profile)}}`;
        characters += item.length;
        if (items.length === MOST_ON_PAGE) isWhole = false;
        if (items.length > 0 && characters > MOST_CHARACTERS_ON_PAGE) isWhole = false;
        if (!isWhole) break;
        items.push(item);
        last = each.id;
      }
      const context = `${origin}/${version}/$metadata#subscriptions`;
      const address = `${origin}/${version}/subscriptions?${SKIP_TOKEN}=${last}`;
      const nextLink = isWhole ? '' : `,"@odata.nextLink":"${address}"`;
      return json(`{"@odata.context":"${context}","value":[${items.join(',')}]${nextLink}}`);
    },
  };
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
