import type { FeedItem } from '../store/store.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import { changedBy } from './concern.ts';
import type { Delivery } from './delivery.ts';
import type { Endpoint } from './endpoint.ts';
import type { Endpoints } from './endpoints.ts';
import type { Lane } from './lane.ts';

export interface DeliveriesParts {
  readonly endpoints: Endpoints;
  /** The subscriptions that a user's changes concern. */
  readonly matching: (tenantId: string, userId: string) => Iterable<Subscription>;
}

/** The lanes of all subscriptions, each with the endpoint it leads to. */
export class Deliveries {
  readonly #parts: DeliveriesParts;
  readonly #byId = new Map<string, Delivery>();

  constructor(parts: DeliveriesParts) {
    this.#parts = parts;
  }

  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  get(subscriptionId: string): Delivery | undefined {
    return this.#byId.get(subscriptionId);
  }

  all(): IterableIterator<Delivery> {
    return this.#byId.values();
  }

  add(lane: Lane): Delivery {
    const endpoint = this.#endpointOf(lane.subscription);
    const delivery = { lane, endpoint };
    this.#byId.set(lane.subscription.id, delivery);
    endpoint.join(lane);
    return delivery;
  }

  /** Under other terms, and perhaps to another endpoint: what waits goes along. */
  change(subscription: Subscription): void {
    const delivery = this.#byId.get(subscription.id);
    if (delivery === undefined) return;
    delivery.endpoint.leave(delivery.lane);
    delivery.lane.change(subscription);
    delivery.endpoint = this.#endpointOf(subscription);
    delivery.endpoint.join(delivery.lane);
    delivery.endpoint.pump();
  }

  remove(subscriptionId: string): void {
    const delivery = this.#byId.get(subscriptionId);
    delivery?.endpoint.leave(delivery.lane);
    this.#byId.delete(subscriptionId);
  }

  /** Those that want to hear of this entry. */
  *concerned({ tenantId, userId, change }: FeedItem): Iterable<Delivery> {
    const changed = changedBy(change);
    if (changed === 0) return;
    for (const { id } of this.#parts.matching(tenantId, userId)) {
      const delivery = this.#byId.get(id);
      if (delivery?.lane.wants(changed)) yield delivery;
    }
  }

  /** Those that wait for entries of the feed and have room for them. */
  behind(): Delivery[] {
    return [...this.#byId.values()].filter(({ lane }) => lane.isBehind && lane.hasRoom);
  }

  #endpointOf({ tenantId, notificationUrl }: Subscription): Endpoint {
    return this.#parts.endpoints.at(tenantId, notificationUrl);
  }
}
