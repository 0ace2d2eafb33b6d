import { LOOK_AFTER_SUBSCRIPTIONS } from '../../auth/permissions.ts';
import { GraphError } from '../../graph/error.ts';
import { NO_CONTENT, type Route } from '../route.ts';
import type { AdminServices } from './admin-services.ts';
import { SUBSCRIPTION_PATH } from './subscription-reply.ts';

/** Ends anybody's subscription of the caller's tenant; its lifecycle address is told so. */
export function removeTenantSubscription({ subscriptions }: AdminServices): Route {
  return {
    operation: 'removeTenantSubscription',
    summary: "End anybody's subscription of the tenant, and tell its application",
    method: 'DELETE',
    paths: [`/porchlight${SUBSCRIPTION_PATH}`],
    access: LOOK_AFTER_SUBSCRIPTIONS,
    success: 204,
    async handle({ caller, params }) {
      const id = params.subscription ?? '';
      if (!(await subscriptions.removeByAdmin(caller.tenantId, id))) {
        throw new GraphError(404, 'NotFound', 'The tenant has no such subscription.');
      }
      return NO_CONTENT;
    },
  };
}
