import { SUBSCRIBE_TO_PRESENCE } from '../../auth/permissions.ts';
import { NO_CONTENT, type Route } from '../route.ts';
import type { Services } from './services.ts';
import { SUBSCRIPTION_PATH } from './subscription-reply.ts';

/** Source: Graph, "Delete subscription". */
export function deleteSubscription({ subscriptions }: Services): Route {
  return {
    operation: 'deleteSubscription',
    summary: 'End a subscription',
    method: 'DELETE',
    paths: [SUBSCRIPTION_PATH],
    access: SUBSCRIBE_TO_PRESENCE,
    success: 204,
    async handle({ caller, params }) {
      await subscriptions.remove(caller, params.subscription ?? '');
      return NO_CONTENT;
    },
  };
}
