import pino from 'pino';
import { makeEncryptionCertificate } from '../../src/auth/dev-certificates/encryption-certificate.ts';
import type { Clock } from '../../src/clock.ts';
import { ManualClock } from '../../src/clock.ts';
import { AVAILABLE, AWAY, BUSY, DO_NOT_DISTURB } from '../../src/engine/pair.ts';
import type { Encryptor } from '../../src/notifications/encryptor.ts';
import { Notifier, type Prepared } from '../../src/notifications/notifier.ts';
import { readDelivery } from '../../src/notifications/progress.ts';
import { type DeliveryTerms, GRAPH_TERMS } from '../../src/notifications/terms.ts';
import type { Outbound, OutboundRequest, OutboundResult } from '../../src/outbound/outbound.ts';
import { createFeedTail } from '../../src/presence/feed-tail.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import { createRegistry } from '../../src/subscriptions/registry.ts';
import type { Subscription } from '../../src/subscriptions/subscription.ts';
import type { Arrival, Committed } from '../delivery/check.ts';
import { guid, START_MS, setPresence, tell, user } from '../store/commands.ts';

export { START_MS };
export const TENANT = user(0).tenantId;
export const PAIRS = [AVAILABLE, AWAY, BUSY, DO_NOT_DISTURB];

const { certificate } = makeEncryptionCertificate(START_MS);

/** Says in the clear what would be encrypted: what is sent is of interest here, and not how. */
const openly: Encryptor = {
  encrypt: async (_, plaintexts) => plaintexts,
  close: async () => {},
};

/** A subscription to these users, good for a day. */
export function subscriptionTo(
  number: number,
  users: readonly number[] | 'tenant',
  given: Partial<Subscription> = {},
): Subscription {
  return {
    id: guid(0x5000 + number),
    tenantId: TENANT,
    appId: guid(0xa),
    userId: null,
    resource: 'communications/presences',
    scope: users === 'tenant' ? 'tenant' : users.map((each) => user(each).userId),
    properties: ['id', 'availability', 'activity', 'sequenceNumber'],
    delivery: 'latest',
    clientState: `state ${number}`,
    notificationUrl: `https://receiver.example/${number}`,
    lifecycleNotificationUrl: `https://receiver.example/${number}/lifecycle`,
    createdMs: START_MS,
    renewedMs: START_MS,
    expiresMs: START_MS + 7 * 86_400_000,
    authorizedMs: START_MS,
    authorizedUntilMs: START_MS + 7 * 86_400_000,
    reauthorizationAskedForMs: 0,
    includeResourceData: true,
    encryptionCertificate: certificate,
    encryptionCertificateId: 'the only one',
    latestSupportedTlsVersion: 'v1_2',
    notificationQueryOptions: null,
    notificationUrlAppId: null,
    begins: '',
    ...given,
  };
}

/** What a receiver does with a POST. */
export type Reaction =
  | { readonly status: number; readonly elapsedMs?: number }
  /** Takes it, and the reply is lost: `failed`. Or never gets it at all. */
  | { readonly taken: boolean; readonly elapsedMs?: number };

export type Receiver = (request: OutboundRequest) => Reaction;

/**
 * The notifier over the reference store, with a clock that is moved and receivers that are functions.
 * `kill` ends the process: from then on nothing of it is heard, whatever it had begun.
 */
export async function simulate(receiver: Receiver, given: Partial<DeliveryTerms> = {}) {
  const clock = new ManualClock(START_MS);
  const store = openMemoryStore();
  const registry = createRegistry();
  const arrivals = new Map<string, Arrival[]>();
  const committed = new Map<string, Committed[]>();
  const requests: OutboundRequest[] = [];
  const terms = { ...GRAPH_TERMS, ...given };
  let react = receiver;
  let seed = 1;
  const random = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  let life = await begin();

  async function begin() {
    const alive = { now: true };
    const mortalStore = mortal(store, alive);
    const mortalClock: Clock = {
      nowMs: () => clock.nowMs(),
      alarm: (atMs, ring) => clock.alarm(atMs, () => alive.now && ring()),
    };
    const kept = await readDelivery(store);
    const notifier = new Notifier({
      store: mortalStore,
      clock: mortalClock,
      kept,
      matching: registry.matching,
      outbound: outboundTo(alive),
      encryptor: openly,
      tokens: { tokenFor: async () => 'a token' },
      random,
      terms,
      log: pino({ level: 'silent' }),
    });
    for (const subscription of registry.all()) notifier.resume(subscription);
    const onError = (error: unknown) => {
      throw error;
    };
    const tail = createFeedTail({
      store: mortalStore,
      partition: 0,
      clock: mortalClock,
      start: kept.bounds.end,
      onError,
    });
    notifier.follow(tail);
    notifier.start();
    return { alive, notifier, tail };
  }

  function outboundTo(alive: { now: boolean }): Outbound {
    return {
      refusal: () => undefined,
      close: () => {},
      async send(request): Promise<OutboundResult> {
        requests.push(request);
        const reaction = react(request);
        if ('status' in reaction ? reaction.status < 300 : reaction.taken) take(request);
        await new Promise(setImmediate);
        if (!alive.now) return new Promise(() => {});
        const elapsedMs = Math.min(reaction.elapsedMs ?? 1, request.timeoutMs);
        if ('status' in reaction && elapsedMs < request.timeoutMs) {
          const { status } = reaction;
          return { kind: 'answered', status, contentType: '', body: '', elapsedMs };
        }
        return { kind: 'failed', code: 'unreachable', reason: 'gone', elapsedMs };
      },
    };
  }

  function take({ body, url }: OutboundRequest): void {
    const { value } = JSON.parse(String(body)) as { value: Record<string, unknown>[] };
    for (const item of value) {
      const id = String(item.subscriptionId);
      const of = arrivals.get(id) ?? [];
      arrivals.set(id, of);
      if (url.endsWith('/lifecycle')) {
        of.push({ kind: 'missed', committed: committed.get(id)?.length ?? 0 });
        continue;
      }
      const content = item.encryptedContent as Record<string, string>;
      of.push({
        kind: 'change',
        id: item.id as string,
        userId: content.id ?? '',
        number: Number(content.sequenceNumber?.slice(1)),
        pair: `${content.availability}/${content.activity}`,
      });
    }
  }

  /** Keeps what a preparation has to be kept with, and lets it happen. */
  async function carryOut(prepared: Prepared): Promise<void> {
    await store.documents.write(prepared.edits);
    prepared.apply();
  }

  return {
    clock,
    store,
    requests,
    get notifier() {
      return life.notifier;
    },
    arrivals: (subscription: Subscription) => arrivals.get(subscription.id) ?? [],
    committed: (subscription: Subscription) => committed.get(subscription.id) ?? [],
    react(next: Receiver) {
      react = next;
    },

    async subscribe(subscription: Subscription): Promise<void> {
      const prepared = await life.notifier.begin(subscription);
      registry.put(subscription);
      committed.set(subscription.id, []);
      await carryOut(prepared);
    },

    async change(subscription: Subscription): Promise<void> {
      registry.put(subscription);
      await carryOut(life.notifier.change(subscription));
    },

    async announce(...given: Parameters<Notifier['announce']>): Promise<void> {
      await carryOut(life.notifier.announce(...given));
    },

    async end(subscription: Subscription): Promise<void> {
      registry.remove(subscription.id);
      await carryOut(life.notifier.end(subscription));
    },

    /** One user's presence, set for a week so that nothing changes by itself. */
    async set(number: number, pair = PAIRS[0]): Promise<void> {
      const who = user(number);
      const { changes } = await tell(store, who, clock.nowMs(), setPresence(pair, 7 * 86_400_000));
      for (const { number: sequence, before, after } of changes) {
        if (before.availability === after.availability && before.activity === after.activity)
          continue;
        for (const { id } of registry.matching(who.tenantId, who.userId)) {
          const pairName = `${after.availability}/${after.activity}`;
          committed.get(id)?.push({ userId: who.userId, number: sequence, pair: pairName });
        }
      }
    },

    /** Until nothing more happens without the clock being moved. */
    async settled(): Promise<void> {
      await life.tail.settled();
      await life.notifier.settled();
    },

    /** Moves the clock, letting everything happen that is due on the way. */
    async pass(ms: number, steps = 1): Promise<void> {
      for (let step = 0; step < steps; step++) {
        clock.advance(ms / steps);
        await life.tail.settled();
        await life.notifier.settled();
      }
    },

    /** Ends the process in order. */
    async stop(): Promise<void> {
      await life.tail.stop();
      await life.notifier.stop();
      life.alive.now = false;
    },

    /** Ends the process where it stands. */
    kill(): void {
      life.alive.now = false;
    },

    /** A new process, after the one before has ended. */
    async start(): Promise<void> {
      life = await begin();
    },
  };
}

/** A store as a process sees it that may be killed: after that, no call comes back. */
function mortal(store: PresenceStore, alive: { now: boolean }): PresenceStore {
  const guard =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (!alive.now) return new Promise(() => {});
      const result = await call(...args);
      return alive.now ? result : new Promise(() => {});
    };
  return {
    ...store,
    feed: guard(store.feed),
    feedBounds: guard(store.feedBounds),
    documents: {
      ...store.documents,
      all: guard(store.documents.all),
      write: guard(store.documents.write),
    },
  };
}
