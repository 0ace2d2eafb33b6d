import { SUBSCRIBE_TO_PRESENCE } from '../../auth/permissions.ts';
import { NO_CONTENT, type Route } from '../route.ts';
import type { Services } from './services.ts';
import { SUBSCRIPTION_PATH } from './subscription-reply.ts';

/** Source: Graph, "subscription: reauthorize". */
export function reauthorizeSubscription({ subscriptions }: Services): Route {
  return {
    operation: 'reauthorize',
    summary: "Go on with a subscription under the caller's new token",
    method: 'POST',
    paths: [`${SUBSCRIPTION_PATH}/reauthorize`],
    access: SUBSCRIBE_TO_PRESENCE,
    success: 204,
    async handle({ caller, params, additions }) {
      await subscriptions.reauthorize(caller, params.subscription ?? '', additions);
      return NO_CONTENT;
    },
  };
}
