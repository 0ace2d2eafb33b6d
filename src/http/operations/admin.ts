import type { Clock } from '../../clock.ts';
import type { Courier } from '../../subscriptions/courier.ts';
import type { Registry } from '../../subscriptions/registry.ts';
import type { SubscriptionService } from '../../subscriptions/service.ts';
import type { Route } from '../route.ts';
import { listTenantSubscriptions } from './list-tenant-subscriptions.ts';
import { removeTenantSubscription } from './remove-tenant-subscription.ts';

/** What operations for administrators work with. */
export interface AdminServices {
  readonly registry: Pick<Registry, 'all' | 'get'>;
  readonly courier: Pick<Courier, 'health'>;
  readonly subscriptions: Pick<SubscriptionService, 'removeByAdmin'>;
  readonly clock: Clock;
}

/** The operations of Porchlight's own by which administrators look after a tenant. */
export function adminRoutes(services: AdminServices): readonly Route[] {
  return [listTenantSubscriptions(services), removeTenantSubscription(services)];
}
