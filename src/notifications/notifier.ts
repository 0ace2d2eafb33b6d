import type { Logger } from 'pino';
import type { FeedTail } from '../presence/feed-tail.ts';
import type { FeedCursor, FeedItem, FeedPage, PresenceStore } from '../store/store.ts';
import type { Courier, Prepared } from '../subscriptions/courier.ts';
import type { LifecycleEvent, Subscription } from '../subscriptions/subscription.ts';
import { Bookkeeper } from './bookkeeper.ts';
import { CatchUp } from './catch-up.ts';
import { changedBy } from './concern.ts';
import { type Delivery, deliveryHealth } from './delivery.ts';
import type { Endpoint, EndpointParts } from './endpoint.ts';
import { Endpoints } from './endpoints.ts';
import { Lane } from './lane.ts';
import { forgetLetter, keepLetter, type Letter, letterOf } from './letter.ts';
import { Losses } from './losses.ts';
import { Permits } from './permits.ts';
import type { KeptDelivery } from './progress.ts';

/** POSTs under way at once, over all endpoints. */
const MOST_AT_ONCE = 256;

/** How long a stopping server waits for replies: by the machine's clock, as receivers know no other. */
const GRACE_MS = 1500;

/** How often it looks for what can't be delivered any more. */
const SWEEP_INTERVAL_MS = 60_000;

export interface NotifierParts extends Omit<EndpointParts, 'permits' | 'onProgress'> {
  readonly store: PresenceStore;
  /** The subscriptions that a user's changes concern. */
  readonly matching: (tenantId: string, userId: string) => Iterable<Subscription>;
  /** What an earlier run left: see `readDelivery`. */
  readonly kept: KeptDelivery;
  readonly log: Logger;
}

/**
 * Tells receivers of changes: matches the entries of the feed to subscriptions, and hands them to the
 * endpoints. The feed is the durable queue; what is kept beside it is how far each subscription is.
 */
export class Notifier implements Courier {
  readonly #parts: NotifierParts;
  readonly #deliveries = new Map<string, Delivery>();
  readonly #endpoints: Endpoints;
  readonly #catchUp: CatchUp;
  readonly #books: Bookkeeper;
  readonly #losses: Losses;
  /** How far it has looked at the feed. */
  #seen: FeedCursor;
  #unfollow: (() => void) | undefined;
  #callOffSweep: (() => void) | undefined;

  constructor(parts: NotifierParts) {
    this.#parts = parts;
    this.#seen = parts.kept.tail;
    this.#endpoints = new Endpoints({
      ...parts,
      permits: new Permits(MOST_AT_ONCE),
      onProgress: (lanes, arrived) => this.#progressed(lanes, arrived),
    });
    this.#catchUp = new CatchUp({
      store: parts.store,
      behind: () => this.#behind(),
      offer: (lanes, page, seen) => this.#offerAgain(lanes, page, seen),
      told: () => this.#seen,
      onGap: ({ subscription }) => this.#gap(subscription.id),
      onError: (error) => parts.log.error({ err: error }, 'reading the feed again failed'),
    });
    this.#books = new Bookkeeper({
      ...parts,
      deliveries: this.#deliveries,
      seen: () => this.#seen,
    });
    this.#losses = new Losses({ ...parts, endpoints: this.#endpoints, books: this.#books });
    for (const letter of parts.kept.letters) {
      this.#endpoints.at(letter.tenantId, letter.url).post(letter);
    }
  }

  /** Begins to deliver what the tail tells, and what waited over a restart. */
  start(tail: FeedTail): void {
    this.#unfollow = tail.follow((items) => this.#told(items));
    this.#sweepLater();
    this.#catchUp.wake();
    for (const endpoint of this.#endpoints) endpoint.pump();
  }

  /** Resolves when everything was delivered that can be now; what waits for its time waits on. */
  async settled(): Promise<void> {
    for (;;) {
      await this.#catchUp.rest();
      const busy = [...this.#endpoints].filter(({ isBusy }) => isBusy);
      if (busy.length === 0) return;
      await Promise.all(busy.map((endpoint) => endpoint.rest()));
    }
  }

  /**
   * Begins nothing new, gives what is under way a moment, and keeps how far everything is. What was cut
   * off goes out again after the next start.
   */
  async stop(): Promise<void> {
    this.#unfollow?.();
    this.#callOffSweep?.();
    for (const endpoint of this.#endpoints) endpoint.stop();
    const impatience = setTimeout(() => this.#parts.outbound.close(), GRACE_MS);
    await this.#catchUp.stop();
    await this.settled();
    clearTimeout(impatience);
    await this.#books.close();
  }

  async begin(subscription: Subscription): Promise<Prepared> {
    const { end } = await this.#parts.store.feedBounds();
    const lane = new Lane(subscription, end);
    return {
      edits: this.#books.begins(subscription.id, lane.read),
      apply: () => {
        this.#add(lane);
        // What was told while the subscription was being written is still in the feed.
        lane.isBehind = lane.read < this.#seen;
        this.#catchUp.wake();
      },
    };
  }

  resume(subscription: Subscription): void {
    const { kept } = this.#parts;
    const was = kept.lanes.get(subscription.id);
    const lane = new Lane(subscription, was?.place ?? kept.tail);
    lane.lost = was?.lost ?? 0;
    lane.recover(kept.bounds.end);
    const delivery = this.#add(lane);
    if (was?.failingSinceMs != null) delivery.endpoint.health.wasFailing(was.failingSinceMs);
    if (lane.read < kept.bounds.start && !lane.isBehind) this.#losses.gap(delivery);
  }

  change(subscription: Subscription): Prepared {
    return {
      edits: [],
      apply: () => {
        const delivery = this.#deliveries.get(subscription.id);
        if (delivery === undefined) return;
        delivery.endpoint.leave(delivery.lane);
        delivery.lane.change(subscription);
        delivery.endpoint = this.#endpointOf(subscription);
        delivery.endpoint.join(delivery.lane);
        delivery.endpoint.pump();
      },
    };
  }

  end({ id }: Subscription): Prepared {
    return {
      edits: this.#books.ends(id),
      apply: () => {
        const delivery = this.#deliveries.get(id);
        delivery?.endpoint.leave(delivery.lane);
        this.#deliveries.delete(id);
        this.#endpoints.tidy();
      },
    };
  }

  announce(subscription: Subscription, event: LifecycleEvent): Prepared {
    const letter = letterOf(subscription, event, this.#parts.clock.nowMs());
    if (letter === undefined) return { edits: [], apply: () => {} };
    return { edits: [keepLetter(letter)], apply: () => this.#post(letter) };
  }

  health(subscriptionId: string) {
    const delivery = this.#deliveries.get(subscriptionId);
    return delivery && deliveryHealth(delivery, this.#parts.clock.nowMs());
  }

  #add(lane: Lane): Delivery {
    const { id, includeResourceData } = lane.subscription;
    if (includeResourceData && lane.recipient === undefined) {
      // Kept by a version with other rules: who changed is still told, and what can be read.
      this.#parts.log.warn({ subscriptionId: id }, 'certificate not usable: no resource data sent');
    }
    const endpoint = this.#endpointOf(lane.subscription);
    const delivery = { lane, endpoint };
    this.#deliveries.set(id, delivery);
    endpoint.join(lane);
    return delivery;
  }

  #endpointOf({ tenantId, notificationUrl }: Subscription): Endpoint {
    return this.#endpoints.at(tenantId, notificationUrl);
  }

  #post(letter: Letter): void {
    const endpoint = this.#endpoints.at(letter.tenantId, letter.url);
    endpoint.post(letter);
    endpoint.pump();
  }

  /** New entries of the feed. */
  #told(items: readonly FeedItem[]): void {
    const nowMs = this.#parts.clock.nowMs();
    const touched = new Set<Endpoint>();
    for (const item of items) {
      for (const delivery of this.#concerned(item)) {
        const { lane, endpoint } = delivery;
        if (lane.isBehind) continue;
        if (endpoint.health.state(nowMs) === 'drop') this.#losses.drop(delivery, item);
        else if (lane.offer(item, this.#seen)) touched.add(endpoint);
        else lane.isBehind = true;
      }
      this.#seen = item.cursor;
    }
    for (const endpoint of touched) endpoint.pump();
    this.#books.touch();
  }

  /** Entries told before, for lanes that are behind. */
  #offerAgain(lanes: ReadonlySet<Lane>, { entries }: FeedPage, from: FeedCursor): Set<Lane> {
    const full = new Set<Lane>();
    const touched = new Set<Endpoint>();
    let seen = from;
    for (const item of entries) {
      for (const { lane, endpoint } of this.#concerned(item)) {
        if (!lanes.has(lane) || full.has(lane)) continue;
        if (lane.offer(item, seen)) touched.add(endpoint);
        else full.add(lane);
      }
      seen = item.cursor;
    }
    for (const endpoint of touched) endpoint.pump();
    return full;
  }

  *#concerned(item: FeedItem): Iterable<Delivery> {
    const changed = changedBy(item.change);
    if (changed === 0) return;
    for (const { id } of this.#parts.matching(item.tenantId, item.userId)) {
      const delivery = this.#deliveries.get(id);
      if (delivery?.lane.wants(changed)) yield delivery;
    }
  }

  #behind(): Lane[] {
    const lanes = Array.from(this.#deliveries.values(), ({ lane }) => lane);
    return lanes.filter(({ isBehind, hasRoom }) => isBehind && hasRoom);
  }

  #progressed(lanes: readonly Lane[], arrived: readonly Letter[]): void {
    for (const letter of arrived) this.#books.note(forgetLetter(letter));
    if (lanes.some(({ isBehind, hasRoom }) => isBehind && hasRoom)) this.#catchUp.wake();
    // One that was moved while its items were under way goes on at its new address.
    for (const { subscription } of lanes) this.#deliveries.get(subscription.id)?.endpoint.pump();
    this.#books.touch();
  }

  #gap(subscriptionId: string): void {
    const delivery = this.#deliveries.get(subscriptionId);
    if (delivery !== undefined) this.#losses.gap(delivery);
  }

  #sweepLater(): void {
    const { clock } = this.#parts;
    this.#callOffSweep = clock.alarm(clock.nowMs() + SWEEP_INTERVAL_MS, () => {
      this.#sweep();
      this.#sweepLater();
    });
  }

  #sweep(): void {
    for (const delivery of this.#deliveries.values()) this.#losses.giveUpOld(delivery);
    this.#losses.giveUpLetters((id) => this.#deliveries.has(id));
    this.#catchUp.wake();
    // Whatever kept one from going on, a clock that was set back among it, it is tried again.
    for (const endpoint of this.#endpoints) endpoint.pump();
    this.#endpoints.tidy();
    this.#books.touch();
  }
}
