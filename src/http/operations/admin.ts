import type { Route } from '../route.ts';
import type { AdminServices } from './admin-services.ts';
import { listTenantSubscriptions } from './list-tenant-subscriptions.ts';
import { removeTenantSubscription } from './remove-tenant-subscription.ts';

/** The operations of Porchlight's own by which administrators look after a tenant. */
export function adminRoutes(services: AdminServices): readonly Route[] {
  return [listTenantSubscriptions(services), removeTenantSubscription(services)];
}
