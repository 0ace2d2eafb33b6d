import { SUBSCRIBE_TO_PRESENCE } from '../../auth/permissions.ts';
import { subscriptionJson } from '../../subscriptions/subscription-json.ts';
import { PAGE_QUERY } from '../page.ts';
import { json, type Route } from '../route.ts';
import type { Services } from './services.ts';
import { subscriptionPage } from './subscription-page.ts';
import { subscriptionsSchema } from './subscription-schema.ts';

/** Source: Graph, "List subscriptions". */
export function listSubscriptions({ subscriptions }: Services): Route {
  return {
    operation: 'listSubscriptions',
    summary: "List the caller's subscriptions",
    method: 'GET',
    paths: ['/subscriptions'],
    access: SUBSCRIBE_TO_PRESENCE,
    query: PAGE_QUERY,
    result: subscriptionsSchema,
    async handle({ caller, query, origin, version, additions }) {
      const page = subscriptionPage(
        await subscriptions.list(caller),
        query,
        `${origin}/${version}/subscriptions`,
        (each) => `{${subscriptionJson(each, additions)}}`,
      );
      return json(`{"@odata.context":"${origin}/${version}/$metadata#subscriptions",${page}}`);
    },
  };
}
