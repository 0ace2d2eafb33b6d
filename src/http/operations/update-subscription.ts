import type { Static } from 'typebox';
import { SUBSCRIBE_TO_PRESENCE } from '../../auth/permissions.ts';
import type { Route } from '../route.ts';
import type { Services } from './services.ts';
import { SUBSCRIPTION_PATH, subscriptionReply } from './subscription-reply.ts';
import { renewalSchema, subscriptionSchema } from './subscription-schema.ts';

/** Source: Graph, "Update subscription". */
export function updateSubscription({ subscriptions }: Services): Route {
  return {
    operation: 'updateSubscription',
    summary: 'Renew a subscription, or change its address or certificate',
    method: 'PATCH',
    paths: [SUBSCRIPTION_PATH],
    access: SUBSCRIBE_TO_PRESENCE,
    body: renewalSchema,
    result: subscriptionSchema,
    async handle(call) {
      const request = call.body as Static<typeof renewalSchema>;
      const id = call.params.subscription ?? '';
      const renewed = await subscriptions.renew(call.caller, id, request, call.additions);
      return subscriptionReply(renewed, call);
    },
  };
}
