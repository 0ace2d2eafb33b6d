import type { Static } from 'typebox';
import { SUBSCRIBE_TO_PRESENCE } from '../../auth/permissions.ts';
import type { Route } from '../route.ts';
import type { Services } from './services.ts';
import { subscriptionReply } from './subscription-reply.ts';
import { creationSchema, subscriptionSchema } from './subscription-schema.ts';

/** Source: Graph, "Create subscription" and "Get change notifications for presence". */
export function createSubscription({ subscriptions }: Services): Route {
  return {
    operation: 'createSubscription',
    summary: 'Subscribe to changes of presence',
    method: 'POST',
    paths: ['/subscriptions'],
    access: SUBSCRIBE_TO_PRESENCE,
    body: creationSchema,
    success: 201,
    result: subscriptionSchema,
    async handle(call) {
      const request = call.body as Static<typeof creationSchema>;
      const subscription = await subscriptions.create(call.caller, request, call.additions);
      const reply = subscriptionReply(subscription, call, subscription.clientState);
      const location = `${call.origin}/${call.version}/subscriptions/${subscription.id}`;
      return { ...reply, status: 201, headers: { ...reply.headers, location } };
    },
  };
}
