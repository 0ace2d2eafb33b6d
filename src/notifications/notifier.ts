import { alarmAtFirst } from '../clock.ts';
import { endOfFeeds, placeText } from '../store/place.ts';
import type { DocumentEdit, Lease } from '../store/store.ts';
import type { Courier } from '../subscriptions/courier.ts';
import type {
  DeliveryHealth,
  LifecycleEvent,
  Subscription,
} from '../subscriptions/subscription.ts';
import { Addressees } from './addressee.ts';
import { Channels, type ChannelsParts } from './channels.ts';
import { deliveryHealth } from './delivery.ts';
import type { EndpointParts } from './endpoint-parts.ts';
import { Endpoints } from './endpoints.ts';
import { keepLetter, type Letter, letterOf } from './letter.ts';
import { Letters } from './letters.ts';
import { Permits } from './permits.ts';

/** POSTs under way at once, over all endpoints. */
const MOST_AT_ONCE = 256;

/** How often it looks for what can't be delivered any more. */
const SWEEP_INTERVAL_MS = 60_000;

export interface NotifierParts
  extends Omit<EndpointParts, 'permits' | 'onProgress' | 'onLetters'>,
    Omit<ChannelsParts, 'addressees' | 'letters'> {}

/**
 * Tells receivers of changes: matches the entries of the feeds to subscriptions, and hands them to the
 * endpoints. Each partition whose lease this server has is a channel of its own; endpoints are common to all
 * of them. The feed is the durable queue; what is kept beside it is how far each subscription is
 * (docs/decisions/0044-delivery.md).
 */
export class Notifier implements Courier {
  readonly #parts: NotifierParts;
  readonly #permits = new Permits(MOST_AT_ONCE);
  readonly #endpoints: Endpoints;
  readonly #addressees: Addressees;
  readonly #letters: Letters;
  readonly #channels: Channels;
  #callOffSweep: (() => void) | undefined;

  constructor(parts: NotifierParts) {
    const { store } = parts;
    const endpoints = new Endpoints({
      ...parts,
      permits: this.#permits,
      onProgress: (lanes) => this.#channels.progressed(lanes),
      onLetters: (letters, haveArrived) => this.#lettersSent(letters, haveArrived),
    });
    const addressees = new Addressees({ store, endpoints });
    const isAlive = (id: string) => addressees.get(id) !== undefined;
    this.#parts = parts;
    this.#endpoints = endpoints;
    this.#addressees = addressees;
    const letters = new Letters({ ...parts, endpoints, isAlive });
    this.#letters = letters;
    this.#channels = new Channels({ ...parts, addressees, letters });
  }

  /** Begins to send, of the partitions that were and will be taken. */
  start(): void {
    this.#permits.open();
    this.#letters.start();
    this.#sweepLater();
  }

  /**
   * Begins the work of a partition: goes on where its last holder stopped, or died.
   * @throws StoreUnavailable when what is kept of it can't be read now; nothing has begun then
   */
  take(lease: Lease): Promise<void> {
    return this.#channels.take(lease);
  }

  /**
   * Ends the work of a partition in order: begins nothing new of it, gives what is under way a moment, and
   * keeps how far everything is. What got no answer goes out again from the next holder.
   */
  leave(partition: number): Promise<void> {
    return this.#channels.leave(partition);
  }

  /** Ends it at once: the lease is another's, or may be. Nothing is kept, and nothing of it is sent any more. */
  lose(partition: number): void {
    this.#channels.lose(partition);
  }

  /** Resolves when everything was delivered that can be now; what waits for its time waits on. */
  async settled(): Promise<void> {
    await this.#letters.settled();
    for (;;) {
      await Promise.all([...this.#channels].map((channel) => channel.rest()));
      const busy = [...this.#endpoints].filter(({ isBusy }) => isBusy);
      if (busy.length === 0) break;
      await Promise.all(busy.map((endpoint) => endpoint.rest()));
    }
    await this.#letters.settled();
  }

  /** Leaves what wasn't left, and hangs up. */
  async stop(): Promise<void> {
    this.#callOffSweep?.();
    for (const endpoint of this.#endpoints) endpoint.stop();
    this.#permits.open();
    await this.#channels.close();
    this.#parts.outbound.close();
    await Promise.all([...this.#endpoints].map((endpoint) => endpoint.rest()));
    await this.#letters.stop();
  }

  async place(): Promise<string> {
    return placeText(await endOfFeeds(this.#parts.store));
  }

  put(subscription: Subscription): void {
    const known = this.#addressees.get(subscription.id);
    if (known !== undefined) {
      const before = this.#addressees.change(known, subscription);
      for (const channel of this.#channels) channel.move(subscription.id, before);
      return;
    }
    const to = this.#addressees.add(subscription);
    if (subscription.includeResourceData && to.subscriber.recipient === undefined) {
      // Kept by a version with other rules: who changed is still told, and what can be read.
      const subscriptionId = subscription.id;
      this.#parts.log.warn({ subscriptionId }, 'certificate not usable: no resource data sent');
    }
    for (const channel of this.#channels) channel.begin(to);
  }

  remove(id: string): void {
    const to = this.#addressees.get(id);
    if (to === undefined) return;
    for (const channel of this.#channels) channel.end(to);
    this.#addressees.remove(id);
    this.#endpoints.tidy();
  }

  announce(subscription: Subscription, event: LifecycleEvent): readonly DocumentEdit[] {
    const { clock, random } = this.#parts;
    const letter = letterOf(subscription, event, clock.nowMs(), random(subscription.id));
    return letter === undefined ? [] : [keepLetter(letter)];
  }

  health(subscriptionId: string): DeliveryHealth | undefined {
    const to = this.#addressees.get(subscriptionId);
    if (to === undefined) return undefined;
    const backlogs = [...this.#channels].map((channel) => channel.backlog(to));
    const known = backlogs.filter((backlog) => backlog !== undefined);
    return deliveryHealth(to, known, this.#parts.clock.nowMs());
  }

  #lettersSent(letters: readonly Letter[], haveArrived: boolean): void {
    if (haveArrived) this.#letters.arrived(letters);
    else this.#letters.returned(letters);
    this.#channels.progressed([]);
  }

  #sweepLater(): void {
    const { clock, steadyClock } = this.#parts;
    this.#callOffSweep = alarmAtFirst(
      [
        [clock, clock.nowMs() + SWEEP_INTERVAL_MS],
        // A clock that is set back would keep it waiting for as long as that.
        [steadyClock, steadyClock.nowMs() + SWEEP_INTERVAL_MS],
      ],
      () => {
        this.#sweep();
        this.#sweepLater();
      },
    );
  }

  #sweep(): void {
    for (const channel of this.#channels) channel.sweep();
    this.#letters.giveUpOld();
    // Whatever kept one from going on, a clock that was set back among it, it is tried again.
    for (const endpoint of this.#endpoints) endpoint.pump();
    this.#endpoints.tidy();
  }
}
