import type { Logger } from 'pino';
import type { OpenTail } from '../presence/feed-tails.ts';
import type { FeedBounds, FeedCursor, Lease, PresenceStore } from '../store/store.ts';
import { type Addressee, type Addressees, concerns } from './addressee.ts';
import { Bookkeeper, type BookkeeperParts } from './bookkeeper.ts';
import { CatchUp } from './catch-up.ts';
import { Deliveries, type DeliveriesParts } from './deliveries.ts';
import type { Backlog } from './delivery.ts';
import type { Endpoint } from './endpoint.ts';
import type { Lane } from './lane.ts';
import { Losses } from './losses.ts';
import { Matcher } from './matcher.ts';
import { beginsAt, type KeptDelivery, resumesAt } from './progress.ts';
import type { DeliveryTerms } from './terms.ts';
import type { Turns } from './turns.ts';

export interface ChannelParts
  extends Pick<BookkeeperParts, 'clock' | 'steadyClock' | 'random' | 'letters'> {
  readonly store: PresenceStore;
  readonly addressees: Addressees;
  readonly matching: DeliveriesParts['matching'];
  readonly turns: Turns;
  readonly terms: DeliveryTerms;
  readonly log: Logger;
  readonly lease: Lease;
  /** What the last holder left. */
  readonly kept: KeptDelivery;
  /** The feed's bounds once the lease was ours: what the last holder may have sent is before its end. */
  readonly bounds: FeedBounds;
  /** Of the partition's feed, told nothing yet. */
  readonly tail: OpenTail;
  readonly onLost: () => void;
}

/** The notifying of one partition's changes under one lease. */
export class Channel {
  readonly #parts: ChannelParts;
  readonly #deliveries: Deliveries;
  readonly #books: Bookkeeper;
  readonly #losses: Losses;
  readonly #matcher: Matcher;
  readonly #catchUp: CatchUp;
  readonly #unfollow: () => void;
  #isOver = false;

  constructor(parts: ChannelParts) {
    const { store, lease, kept, bounds, tail, log } = parts;
    const { partition } = lease;
    const isOurs = () => !this.#isOver && parts.turns.lease(partition)?.fence === lease.fence;
    const { end } = bounds;
    const rest = kept.tail ?? end;
    const deliveries = new Deliveries({ ...parts, partition, isOurs, rest, end });
    const seen = () => this.#matcher.seen;
    const documents = store.documentsOf(partition);
    const books = new Bookkeeper({ ...parts, documents, deliveries, seen });
    const losses = new Losses({ ...parts, onLoss: () => books.lost() });
    const matcher = new Matcher({ ...parts, deliveries, losses, from: tail.cursor });
    const onRested = () => books.touch();
    const onError = (err: unknown) =>
      log.error({ err, partition }, 'reading the feed again failed');
    this.#parts = parts;
    this.#deliveries = deliveries;
    this.#books = books;
    this.#losses = losses;
    this.#matcher = matcher;
    this.#catchUp = new CatchUp({
      ...parts,
      partition,
      deliveries,
      matcher,
      losses,
      onRested,
      onError,
    });
    deliveries.isRestBehind = rest < end || rest < matcher.seen;
    this.#unfollow = tail.follow((items) => {
      matcher.told(items);
      books.touch();
    });
    for (const to of parts.addressees.of(partition)) this.#resume(to);
    for (const id of kept.lanes.keys()) if (!parts.addressees.get(id)) books.forget(id);
  }

  get partition(): number {
    return this.#parts.lease.partition;
  }

  /** Begins to read what those wait for that are behind. */
  start(): void {
    this.#catchUp.wake();
    this.#books.touch();
  }

  /** A subscription that this server has just heard of. */
  begin(to: Addressee): void {
    if (!concerns(to, this.partition)) return;
    const { kept, store, bounds } = this.#parts;
    const { begins } = to.subscriber.subscription;
    const from = beginsAt(begins, kept.tail, this.partition, store.partitions) ?? bounds.end;
    this.#place(to, from);
    this.#catchUp.wake();
  }

  /** What waits for a subscription goes where it leads now. */
  move(id: string, before: Endpoint): void {
    this.#deliveries.move(id, before);
  }

  end(to: Addressee): void {
    this.#deliveries.remove(to.id);
    if (concerns(to, this.partition)) this.#books.forget(to.id);
  }

  backlog(to: Addressee): Backlog | undefined {
    return concerns(to, this.partition) ? this.#deliveries.backlog(to.id) : undefined;
  }

  /** Something was sent of these lanes, or couldn't be. */
  progressed(lanes: readonly Lane[]): void {
    for (const lane of lanes) {
      const delivery = this.#deliveries.get(lane.subscription.id);
      if (delivery?.lane !== lane) continue;
      if (lane.isBehind && lane.hasRoom) this.#catchUp.wake();
      // One that was moved while its items were under way goes on at its new address.
      delivery.to.endpoint.pump();
    }
    this.#books.touch();
  }

  sweep(): void {
    for (const delivery of this.#deliveries.all()) this.#losses.giveUpOld(delivery);
    this.#catchUp.wake();
    this.#books.touch();
  }

  /** Resolves when the feed isn't read once more any longer. */
  rest(): Promise<void> {
    return this.#catchUp.rest();
  }

  get isSending(): boolean {
    return [...this.#deliveries.all()].some(({ lane }) => lane.isSending);
  }

  /** Begins nothing new, be it to read or to send. */
  halt(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#unfollow();
    this.#catchUp.stop();
    this.#parts.tail.release();
  }

  /** Keeps how far everything is, and is no more. */
  async close(): Promise<void> {
    await this.#catchUp.rest();
    await this.#books.close();
    this.#deliveries.clear();
  }

  /** Is no more, as it is: another server may have begun. */
  drop(): void {
    this.halt();
    this.#books.abandon();
    this.#deliveries.clear();
  }

  /** Where a subscription goes on that was there when the lease was taken. */
  #resume(to: Addressee): void {
    const { kept, store, bounds } = this.#parts;
    const was = kept.lanes.get(to.id);
    const { subscription } = to.subscriber;
    const from = resumesAt(subscription, kept, this.partition, store.partitions) ?? bounds.end;
    this.#place(to, from, was?.lost);
    if (was?.failingSinceMs != null) to.endpoint.health.wasFailing(was.failingSinceMs);
  }

  #place(to: Addressee, from: FeedCursor, lost = 0): void {
    const deliveries = this.#deliveries;
    const { seen } = this.#matcher;
    const isAtRest = from === deliveries.rest && (deliveries.isRestBehind || from <= seen);
    if (isAtRest && lost === 0) {
      this.#books.rests(to.id);
      return;
    }
    const { lane } = deliveries.make(to, from);
    lane.lost = lost;
    lane.isBehind ||= from < seen;
  }
}
