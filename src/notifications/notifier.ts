import type { Logger } from 'pino';
import type { FeedTail } from '../presence/feed-tail.ts';
import type { DocumentEdit, PresenceStore } from '../store/store.ts';
import type {
  DeliveryHealth,
  LifecycleEvent,
  Subscription,
} from '../subscriptions/subscription.ts';
import { Bookkeeper } from './bookkeeper.ts';
import { CatchUp } from './catch-up.ts';
import { Deliveries, type DeliveriesParts } from './deliveries.ts';
import { type Delivery, deliveryHealth } from './delivery.ts';
import type { EndpointParts } from './endpoint.ts';
import { Endpoints } from './endpoints.ts';
import { Lane } from './lane.ts';
import { forgetLetter, keepLetter, type Letter, letterOf } from './letter.ts';
import { Losses } from './losses.ts';
import { Matcher } from './matcher.ts';
import { Permits } from './permits.ts';
import type { KeptDelivery } from './progress.ts';

/** POSTs under way at once, over all endpoints. */
const MOST_AT_ONCE = 256;

/** How long a stopping server waits for replies: by the machine's clock, as receivers know no other. */
const GRACE_MS = 1500;

/** How often it looks for what can't be delivered any more. */
const SWEEP_INTERVAL_MS = 60_000;

/** Something ready to happen: `edits` go into the write that keeps its cause, `apply` is called after it. */
export interface Prepared {
  readonly edits: readonly DocumentEdit[];
  apply(): void;
}

export interface NotifierParts extends Omit<EndpointParts, 'permits' | 'onProgress'> {
  readonly store: PresenceStore;
  readonly matching: DeliveriesParts['matching'];
  /** What an earlier run left: see `readDelivery`. */
  readonly kept: KeptDelivery;
  readonly log: Logger;
}

/**
 * Tells receivers of changes: matches the entries of the feed to subscriptions, and hands them to the
 * endpoints. The feed is the durable queue; what is kept beside it is how far each subscription is
 * (docs/decisions/0044-delivery.md).
 */
export class Notifier {
  readonly #parts: NotifierParts;
  readonly #permits = new Permits(MOST_AT_ONCE);
  readonly #endpoints: Endpoints;
  readonly #deliveries: Deliveries;
  readonly #books: Bookkeeper;
  readonly #losses: Losses;
  readonly #matcher: Matcher;
  readonly #catchUp: CatchUp;
  #unfollow: (() => void) | undefined;
  #callOffSweep: (() => void) | undefined;

  constructor(parts: NotifierParts) {
    const { matching, kept, log } = parts;
    const endpoints = new Endpoints({
      ...parts,
      permits: this.#permits,
      onProgress: (lanes, arrived) => this.#progressed(lanes, arrived),
    });
    const deliveries = new Deliveries({ endpoints, matching });
    const books = new Bookkeeper({ ...parts, deliveries, seen: () => this.#matcher.seen });
    const losses = new Losses({ ...parts, endpoints, books });
    const matcher = new Matcher({ ...parts, deliveries, losses, from: kept.bounds.end });
    const onError = (err: unknown) => log.error({ err }, 'reading the feed again failed');
    this.#parts = parts;
    this.#endpoints = endpoints;
    this.#deliveries = deliveries;
    this.#books = books;
    this.#losses = losses;
    this.#matcher = matcher;
    this.#catchUp = new CatchUp({ ...parts, deliveries, matcher, losses, onError });
    for (const letter of kept.letters) endpoints.post(letter);
  }

  /** Listens to a tail that begins at the kept end of the feed, before it has told anything. */
  follow(tail: Pick<FeedTail, 'follow'>): void {
    this.#unfollow = tail.follow((items) => {
      this.#matcher.told(items);
      this.#books.touch();
    });
  }

  /** Begins to send what the tail has told, and what waited over a restart. */
  start(): void {
    this.#permits.open();
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
    this.#permits.open();
    const impatience = setTimeout(() => this.#parts.outbound.close(), GRACE_MS);
    await this.#catchUp.stop();
    await this.settled();
    clearTimeout(impatience);
    await this.#books.close();
  }

  async begin(subscription: Subscription): Promise<Prepared> {
    const { end } = await this.#parts.store.feedBounds(0);
    return {
      edits: this.#books.begins(subscription.id, end),
      apply: () => {
        const { lane } = this.#add(new Lane(subscription, end));
        // What was told while the subscription was being written is still in the feed.
        lane.isBehind = lane.read < this.#matcher.seen;
        this.#catchUp.wake();
      },
    };
  }

  resume(subscription: Subscription): void {
    const { lanes, tail, bounds } = this.#parts.kept;
    const was = lanes.get(subscription.id);
    const lane = new Lane(subscription, was?.place ?? tail);
    lane.lost = was?.lost ?? 0;
    lane.recover(bounds.end);
    const delivery = this.#add(lane);
    if (was?.failingSinceMs != null) delivery.endpoint.health.wasFailing(was.failingSinceMs);
  }

  /** It was made (with its place) or changed. */
  put(subscription: Subscription): void {
    if (this.#deliveries.get(subscription.id) !== undefined) {
      this.#deliveries.change(subscription);
    } else if (this.#parts.kept.lanes.has(subscription.id)) {
      this.resume(subscription);
    } else {
      const { lane } = this.#add(new Lane(subscription, subscription.begins));
      lane.isBehind = lane.read < this.#matcher.seen;
      this.#books.touch();
      this.#catchUp.wake();
    }
  }

  remove(id: string): void {
    this.#deliveries.remove(id);
    this.#endpoints.tidy();
    this.#books.touch();
  }

  /** One that was written beside its cause. */
  post(letter: Letter): void {
    this.#endpoints.post(letter);
  }

  change(subscription: Subscription): Prepared {
    return { edits: [], apply: () => this.#deliveries.change(subscription) };
  }

  end({ id }: Subscription): Prepared {
    return {
      edits: this.#books.ends(id),
      apply: () => {
        this.#deliveries.remove(id);
        this.#endpoints.tidy();
      },
    };
  }

  announce(subscription: Subscription, event: LifecycleEvent): Prepared {
    const letter = letterOf(subscription, event, this.#parts.clock.nowMs());
    if (letter === undefined) return { edits: [], apply: () => {} };
    return {
      edits: [keepLetter(letter)],
      apply: () => this.#endpoints.post(letter),
    };
  }

  health(subscriptionId: string): DeliveryHealth | undefined {
    const delivery = this.#deliveries.get(subscriptionId);
    return delivery && deliveryHealth(delivery, this.#parts.clock.nowMs());
  }

  #add(lane: Lane): Delivery {
    const { id, includeResourceData } = lane.subscription;
    if (includeResourceData && lane.subscriber.recipient === undefined) {
      // Kept by a version with other rules: who changed is still told, and what can be read.
      this.#parts.log.warn({ subscriptionId: id }, 'certificate not usable: no resource data sent');
    }
    return this.#deliveries.add(lane);
  }

  #progressed(lanes: readonly Lane[], arrived: readonly Letter[]): void {
    for (const letter of arrived) this.#books.note(forgetLetter(letter));
    if (lanes.some(({ isBehind, hasRoom }) => isBehind && hasRoom)) this.#catchUp.wake();
    // One that was moved while its items were under way goes on at its new address.
    for (const { subscription } of lanes) this.#deliveries.get(subscription.id)?.endpoint.pump();
    this.#books.touch();
  }

  #sweepLater(): void {
    const { clock } = this.#parts;
    this.#callOffSweep = clock.alarm(clock.nowMs() + SWEEP_INTERVAL_MS, () => {
      this.#sweep();
      this.#sweepLater();
    });
  }

  #sweep(): void {
    for (const delivery of this.#deliveries.all()) this.#losses.giveUpOld(delivery);
    this.#losses.giveUpLetters((id) => this.#deliveries.get(id) !== undefined);
    this.#catchUp.wake();
    // Whatever kept one from going on, a clock that was set back among it, it is tried again.
    for (const endpoint of this.#endpoints) endpoint.pump();
    this.#endpoints.tidy();
    this.#books.touch();
  }
}
