import type { DocumentEdit } from '../store/store.ts';
import type { DeliveryHealth, LifecycleEvent, Subscription } from './subscription.ts';

/** What delivers notifications, as far as the subscriptions know it. */
export interface Courier {
  /**
   * Where delivery of a subscription that is made now begins; kept with it as `begins`. Rejects with
   * StoreUnavailable.
   */
  place(): Promise<string>;
  /**
   * It was made or changed, here or elsewhere: told for each, in order, also for all there are at the start.
   */
  put(subscription: Subscription): void;
  /** It ended; what waits is forgotten. */
  remove(id: string): void;
  /**
   * The edits that announce a lifecycle event; they go into the write of its cause, and are none without an
   * address for it. Whoever's turn it is sends it, until it arrives or four hours have gone.
   */
  announce(subscription: Subscription, event: LifecycleEvent): readonly DocumentEdit[];
  /** How delivery goes, as far as this server does it. */
  health(subscriptionId: string): DeliveryHealth | undefined;
}
