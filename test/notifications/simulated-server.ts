import pino from 'pino';
import type { Clock } from '../../src/clock.ts';
import type { Encryptor } from '../../src/notifications/encryptor.ts';
import { Notifier } from '../../src/notifications/notifier.ts';
import type { DeliveryTerms } from '../../src/notifications/terms.ts';
import type { Outbound, OutboundRequest, OutboundResult } from '../../src/outbound/outbound.ts';
import { createDocumentTail } from '../../src/presence/document-tail.ts';
import { createFeedTails } from '../../src/presence/feed-tails.ts';
import {
  type DocumentStore,
  FEED_START,
  type FeedCursor,
  type Lease,
  type PresenceStore,
} from '../../src/store/store.ts';
import { createRegistry } from '../../src/subscriptions/registry.ts';
import type { Subscription } from '../../src/subscriptions/subscription.ts';

/** What a receiver does with a POST. */
export type Reaction =
  | { readonly status: number; readonly elapsedMs?: number }
  /** Takes it, and the reply is lost: `failed`. Or never gets it at all. */
  | { readonly taken: boolean; readonly elapsedMs?: number };

/** Where subscriptions are kept, as JSON of what they are. */
export const SUBSCRIPTIONS = 'subscriptions';

/** Says in the clear what would be encrypted: what is sent is of interest here, and not how. */
const openly: Encryptor = {
  encrypt: async (_, plaintexts) => plaintexts,
  close: async () => {},
};

const never = <T>() => new Promise<T>(() => {});

export interface SimulatedServerParts {
  /** The server's own on what all of them share. */
  readonly store: PresenceStore;
  readonly clock: Clock;
  readonly terms: DeliveryTerms;
  readonly random: () => number;
  /** Shows the receiver a POST. */
  readonly post: (request: OutboundRequest) => Reaction;
}

export type SimulatedServer = Awaited<ReturnType<typeof startServer>>;

/**
 * A server as far as notifications go. `kill` ends it where it stands: nothing of it is heard any more,
 * whatever it had begun. `stall` is a process that gets no time: it goes on where it was when it wakes.
 */
export async function startServer(parts: SimulatedServerParts) {
  const { store, clock, terms, random, post } = parts;
  const registry = createRegistry();
  const leases = new Map<number, Lease>();
  const rings: (() => void)[] = [];
  const news: (() => void)[] = [];
  const held = { before: FEED_START, pages: 0 };
  let isAlive = true;
  let isDeaf = false;
  let stalled: { readonly over: Promise<void>; readonly wake: () => void } | undefined;

  async function alive<T>(result?: T): Promise<T> {
    while (stalled !== undefined) await stalled.over;
    return isAlive ? (result as T) : never();
  }

  const guard =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await alive();
      return alive(await call(...args));
    };
  const guarded = (documents: DocumentStore): DocumentStore => ({
    ...documents,
    all: guard(documents.all),
    since: guard(documents.since),
    write: guard(documents.write),
  });
  const documents = guarded(store.documents);
  const ownStore: PresenceStore = {
    ...store,
    feed: guard((partition, after, limit) =>
      after < held.before && held.pages-- <= 0 ? never() : store.feed(partition, after, limit),
    ),
    feedBounds: guard(store.feedBounds),
    documents,
    documentsOf: (partition) => guarded(store.documentsOf(partition)),
  };
  const ownClock: Clock = {
    nowMs: () => clock.nowMs(),
    alarm: (atMs, ring) =>
      clock.alarm(atMs, () => {
        if (stalled !== undefined) rings.push(ring);
        else if (isAlive) ring();
      }),
  };
  const outbound: Outbound = {
    refusal: () => undefined,
    close: () => {},
    async send(request): Promise<OutboundResult> {
      if (!isAlive) return never();
      const reaction = post(request);
      await new Promise(setImmediate);
      await alive();
      const elapsedMs = Math.min(reaction.elapsedMs ?? 1, request.timeoutMs);
      if ('status' in reaction && elapsedMs < request.timeoutMs) {
        const { status } = reaction;
        return { kind: 'answered', status, contentType: '', body: '', elapsedMs };
      }
      return { kind: 'failed', code: 'unreachable', reason: 'gone', elapsedMs };
    },
  };
  const onError = (error: unknown) => {
    throw error;
  };

  const tails = createFeedTails({ store: ownStore, steadyClock: ownClock, onError });
  const notifier = new Notifier({
    store: ownStore,
    clock: ownClock,
    steadyClock: ownClock,
    tails,
    turns: { lease: (partition) => leases.get(partition) },
    matching: registry.matching,
    subscribed,
    outbound,
    encryptor: openly,
    tokens: { tokenFor: async () => 'a token' },
    random,
    terms,
    log: pino({ level: 'silent' }),
  });
  const told = (tell: () => void) => (isDeaf ? news.push(tell) : tell());
  const subscriptions = createDocumentTail({
    documents,
    collection: SUBSCRIPTIONS,
    steadyClock: ownClock,
    onPut(_, text) {
      const subscription = JSON.parse(text) as Subscription;
      told(() => {
        registry.put(subscription);
        notifier.put(subscription);
      });
    },
    onRemoved(id) {
      told(() => {
        registry.remove(id);
        notifier.remove(id);
      });
    },
    onError,
  });
  await subscriptions.settled();
  notifier.start();

  async function subscribed(): Promise<void> {
    await subscriptions.settled();
    hear();
  }

  function hear(): void {
    isDeaf = false;
    for (const tell of news.splice(0)) tell();
  }

  return {
    notifier,
    leases,
    get isAlive() {
      return isAlive;
    },
    get isStalled() {
      return stalled !== undefined;
    },
    hear,

    async take(lease: Lease): Promise<void> {
      leases.set(lease.partition, lease);
      await notifier.take(lease);
    },

    async leave(partition: number): Promise<void> {
      await notifier.leave(partition);
      leases.delete(partition);
    },

    /** Hears of new subscriptions late. */
    deafen(): void {
      isDeaf = true;
    },

    /** Reads so many pages of what is before this place, and waits for the next one for ever. */
    holdReading(before: FeedCursor, pages: number): void {
      Object.assign(held, { before, pages });
    },

    kill(): void {
      isAlive = false;
    },

    stall(): void {
      let wake = () => {};
      const over = new Promise<void>((resolve) => {
        wake = resolve;
      });
      stalled = { over, wake };
    },

    /** Its leases are over by its own clock; that others may have them it hears a while later. */
    async wake(patience = 3): Promise<void> {
      const lost = [...leases.keys()];
      leases.clear();
      stalled?.wake();
      stalled = undefined;
      for (const ring of rings.splice(0)) ring();
      for (let turn = 0; turn < patience; turn++) await new Promise(setImmediate);
      for (const partition of lost) notifier.lose(partition);
    },

    /** Until nothing more happens without the clock being moved. */
    async settled(): Promise<void> {
      if (!isDeaf) await subscriptions.settled();
      await tails.settled();
      await notifier.settled();
    },

    /** Ends in order. */
    async stop(): Promise<void> {
      for (const partition of [...leases.keys()]) await this.leave(partition);
      await subscriptions.stop();
      await tails.stop();
      await notifier.stop();
      isAlive = false;
    },
  };
}
