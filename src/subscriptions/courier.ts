import type { DocumentEdit } from '../store/store.ts';
import type { DeliveryHealth, LifecycleEvent, Subscription } from './subscription.ts';

/** Something ready to happen: `edits` go into the write that keeps its cause, `apply` is called after it. */
export interface Prepared {
  readonly edits: readonly DocumentEdit[];
  apply(): void;
}

/** What delivers notifications, as far as the subscriptions know it. */
export interface Courier {
  /** Delivery of every change committed from now on. */
  begin(subscription: Subscription): Promise<Prepared>;
  /** Goes on where it was when the server stopped; for each subscription that was kept, before anything else. */
  resume(subscription: Subscription): void;
  /** Goes on under changed terms (address, expiry, certificate, token); what waits, waits on. */
  change(subscription: Subscription): Prepared;
  /** Ends delivery; what waits is forgotten. */
  end(subscription: Subscription): Prepared;
  /** Sends a lifecycle notification, until it arrives or four hours have gone; nothing without an address for it. */
  announce(subscription: Subscription, event: LifecycleEvent): Prepared;
  /** How delivery goes; undefined for a subscription it was never told of. */
  health(subscriptionId: string): DeliveryHealth | undefined;
}
