import type { Clock } from '../../clock.ts';
import type { Courier } from '../../subscriptions/courier.ts';
import type { Registry } from '../../subscriptions/registry.ts';
import type { SubscriptionService } from '../../subscriptions/service.ts';

/** What operations for administrators work with. */
export interface AdminServices {
  readonly registry: Pick<Registry, 'all' | 'get'>;
  readonly courier: Pick<Courier, 'health'>;
  readonly subscriptions: Pick<SubscriptionService, 'removeByAdmin'>;
  readonly clock: Clock;
}
