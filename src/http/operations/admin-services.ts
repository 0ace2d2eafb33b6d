import type { Courier } from '../../subscriptions/courier.ts';
import type { SubscriptionService } from '../../subscriptions/service.ts';

/** What operations for administrators work with. */
export interface AdminServices {
  readonly courier: Pick<Courier, 'health'>;
  readonly subscriptions: Pick<SubscriptionService, 'listByAdmin' | 'removeByAdmin'>;
}
