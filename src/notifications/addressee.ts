import { partitionsOf } from '../store/partition.ts';
import type { PresenceStore } from '../store/store.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import type { Endpoint } from './endpoint.ts';
import type { Endpoints } from './endpoints.ts';
import { type Subscriber, subscriberOf } from './subscriber.ts';

/** A subscription as this server delivers to it: what all of its lanes have in common. */
export interface Addressee {
  readonly id: string;
  subscriber: Subscriber;
  endpoint: Endpoint;
  /** Those that its users are in; undefined for all. */
  readonly partitions: readonly number[] | undefined;
}

export interface AddresseesParts {
  readonly store: Pick<PresenceStore, 'partitions' | 'partitionOf'>;
  readonly endpoints: Endpoints;
}

/** All subscriptions that this server knows, whether it delivers to them at the moment or not. */
export class Addressees {
  readonly #parts: AddresseesParts;
  readonly #byId = new Map<string, Addressee>();

  constructor(parts: AddresseesParts) {
    this.#parts = parts;
  }

  get(id: string): Addressee | undefined {
    return this.#byId.get(id);
  }

  /** Those that are about users of a partition. */
  *of(partition: number): Iterable<Addressee> {
    for (const each of this.#byId.values()) if (concerns(each, partition)) yield each;
  }

  add(subscription: Subscription): Addressee {
    const { id, tenantId, notificationUrl } = subscription;
    const addressee: Addressee = {
      id,
      subscriber: subscriberOf(subscription),
      endpoint: this.#parts.endpoints.at(tenantId, notificationUrl),
      partitions: this.#partitionsOf(subscription),
    };
    addressee.endpoint.addressees.add(addressee);
    this.#byId.set(id, addressee);
    return addressee;
  }

  /** Under other terms, and perhaps at another endpoint; gives back the one before. */
  change(addressee: Addressee, subscription: Subscription): Endpoint {
    const { tenantId, notificationUrl } = subscription;
    const before = addressee.endpoint;
    before.addressees.delete(addressee);
    addressee.subscriber = subscriberOf(subscription);
    addressee.endpoint = this.#parts.endpoints.at(tenantId, notificationUrl);
    addressee.endpoint.addressees.add(addressee);
    return before;
  }

  remove(id: string): void {
    const addressee = this.#byId.get(id);
    addressee?.endpoint.addressees.delete(addressee);
    this.#byId.delete(id);
  }

  #partitionsOf({ tenantId, scope }: Subscription): readonly number[] | undefined {
    const { store } = this.#parts;
    // One for all of them, which are most: it isn't kept for each.
    if (scope === 'tenant' || store.partitions === 1) return undefined;
    const partitions = partitionsOf(tenantId, scope, store);
    return partitions.length === store.partitions ? undefined : partitions;
  }
}

export function concerns({ partitions }: Addressee, partition: number): boolean {
  return partitions === undefined || partitions.includes(partition);
}
