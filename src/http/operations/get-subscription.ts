import { SUBSCRIBE_TO_PRESENCE } from '../../auth/permissions.ts';
import type { Route } from '../route.ts';
import type { Services } from './services.ts';
import { SUBSCRIPTION_PATH, subscriptionReply } from './subscription-reply.ts';
import { subscriptionSchema } from './subscription-schema.ts';

/** Source: Graph, "Get subscription". */
export function getSubscription({ subscriptions }: Services): Route {
  return {
    operation: 'getSubscription',
    summary: 'Get a subscription',
    method: 'GET',
    paths: [SUBSCRIPTION_PATH],
    access: SUBSCRIBE_TO_PRESENCE,
    result: subscriptionSchema,
    async handle(call) {
      const id = call.params.subscription ?? '';
      return subscriptionReply(await subscriptions.get(call.caller, id), call);
    },
  };
}
