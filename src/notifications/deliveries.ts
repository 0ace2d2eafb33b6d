import type { FeedCursor, FeedItem } from '../store/store.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import type { Addressee, Addressees } from './addressee.ts';
import { changedBy } from './concern.ts';
import type { Backlog, Delivery } from './delivery.ts';
import type { Endpoint } from './endpoint.ts';
import { Lane } from './lane.ts';

export interface DeliveriesParts {
  readonly partition: number;
  readonly addressees: Addressees;
  /** The subscriptions that a user's changes concern. */
  readonly matching: (tenantId: string, userId: string) => Iterable<Subscription>;
  /** Whether to send of this partition surely is this server's turn. */
  readonly isOurs: () => boolean;
  /** Where those are that nothing waits for. */
  readonly rest: FeedCursor;
  /** The last holder of the partition may have sent anything up to here. */
  readonly end: FeedCursor;
}

/**
 * The lanes of one partition. A subscription that nothing waits for has none: it is at rest, at a place
 * that all of those have in common. A lane is made when something comes, and goes once it is empty and that
 * is kept; with 10,000 subscriptions and 16 partitions, most of them quiet, there would be 160,000 otherwise (69 MB).
 */
export class Deliveries {
  readonly #parts: DeliveriesParts;
  readonly #byId = new Map<string, Delivery>();
  /** Up to here the feed was looked at for those at rest. */
  #rest: FeedCursor;
  /** Whether entries that the tail has told wait in the feed for those at rest, too. */
  isRestBehind = false;

  constructor(parts: DeliveriesParts) {
    this.#parts = parts;
    this.#rest = parts.rest;
  }

  get rest(): FeedCursor {
    return this.#rest;
  }

  restUpTo(cursor: FeedCursor): void {
    if (cursor > this.#rest) this.#rest = cursor;
  }

  get(subscriptionId: string): Delivery | undefined {
    return this.#byId.get(subscriptionId);
  }

  /** Those that are not at rest. */
  all(): IterableIterator<Delivery> {
    return this.#byId.values();
  }

  /** A lane for one that is at rest, or begins. */
  make(to: Addressee, from: FeedCursor): Delivery {
    const { partition, isOurs, end } = this.#parts;
    const lane = new Lane({ to, partition, from, isOurs });
    lane.recover(end);
    const delivery = { lane, to };
    this.#byId.set(to.id, delivery);
    to.endpoint.join(lane);
    return delivery;
  }

  /** Lanes for all that are at rest. */
  rouse(): void {
    for (const to of this.#parts.addressees.of(this.#parts.partition)) {
      if (!this.#byId.has(to.id)) this.make(to, this.#rest).lane.isBehind = true;
    }
  }

  /** What waits for it goes where it leads now. */
  move(subscriptionId: string, before: Endpoint): void {
    const delivery = this.#byId.get(subscriptionId);
    if (delivery === undefined) return;
    const { lane, to } = delivery;
    before.leave(lane);
    to.endpoint.join(lane);
    to.endpoint.pump();
  }

  /** Nothing waits for it any more, or nothing is to. */
  remove(subscriptionId: string): void {
    const delivery = this.#byId.get(subscriptionId);
    delivery?.to.endpoint.leave(delivery.lane);
    this.#byId.delete(subscriptionId);
  }

  clear(): void {
    for (const id of [...this.#byId.keys()]) this.remove(id);
  }

  /** Those that want to hear of this entry. */
  *concerned({ tenantId, userId, change }: FeedItem): Iterable<Addressee> {
    const changed = changedBy(change);
    if (changed === 0) return;
    for (const { id } of this.#parts.matching(tenantId, userId)) {
      const to = this.#parts.addressees.get(id);
      if (to !== undefined && (changed & to.subscriber.concern) !== 0) yield to;
    }
  }

  /** Those that wait for entries of the feed and have room for them. */
  behind(): Delivery[] {
    return [...this.#byId.values()].filter(({ lane }) => lane.isBehind && lane.hasRoom);
  }

  backlog(subscriptionId: string): Backlog {
    const lane = this.#byId.get(subscriptionId)?.lane;
    if (lane === undefined) return { queued: 0, isBehind: this.isRestBehind, lost: 0 };
    return { queued: lane.waiting, isBehind: lane.isBehind, lost: lane.lost };
  }
}
