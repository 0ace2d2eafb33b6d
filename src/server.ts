import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { FastifyPluginAsync } from 'fastify';
import type { Logger } from 'pino';
import type { TrustedIssuer } from './auth/trusted-issuer.ts';
import { createVerifier } from './auth/verifier.ts';
import { type Clock, steadyClock } from './clock.ts';
import type { Profile } from './graph/settable.ts';
import type { Cors } from './http/cors.ts';
import { createHandler } from './http/handler.ts';
import { type ArrivalLimits, type Listening, listen } from './http/listen.ts';
import { adminRoutes } from './http/operations/admin.ts';
import { presenceRoutes } from './http/operations/all.ts';
import { createEncryptor } from './notifications/encryption.ts';
import type { Encryptor, ValidationTokens } from './notifications/encryptor.ts';
import { Notifier } from './notifications/notifier.ts';
import { recipientOf } from './notifications/recipient.ts';
import { type DeliveryTerms, GRAPH_TERMS } from './notifications/terms.ts';
import type { Outbound } from './outbound/outbound.ts';
import type { Directory } from './presence/directory.ts';
import { createFeedTails } from './presence/feed-tails.ts';
import { createPresenceService, type PresenceService } from './presence/service.ts';
import { createShifts, type Shifts } from './shifts.ts';
import type { PresenceStore } from './store/store.ts';
import { createHub } from './stream/hub.ts';
import { streamRoutes } from './stream/routes.ts';
import { createHandshake } from './subscriptions/handshake.ts';
import { createRegistry } from './subscriptions/registry.ts';
import { createSubscriptionService, type SubscriptionService } from './subscriptions/service.ts';

export interface ServerConfig {
  readonly profile: Profile;
  /** Where to listen; port 0 lets the system choose. */
  readonly listeners: readonly {
    readonly host: string;
    readonly port: number;
    readonly tls?: { readonly key: string; readonly cert: string };
    /** How long clients may take, where the usual isn't right. */
    readonly limits?: ArrivalLimits;
  }[];
  /** `https://host` by which clients know the server; else each request's own. */
  readonly publicOrigin?: string;
  readonly trustProxy: boolean;
  /**
   * Pages of which origins may call from a browser. All by default, as in Graph: a token travels in a
   * header that a foreign page hasn't got, and there are no cookies to guard.
   */
  readonly cors?: Cors;
  /** How long changes stay in the feed. */
  readonly feedRetentionMs: number;
  /** Where delivery is to be more or less patient than Graph. */
  readonly delivery?: Partial<DeliveryTerms>;
}

/** What the server works with, handed in so that tests and simulations start the same program. */
export interface ServerParts {
  /** Closed by the server when it closes. */
  readonly store: PresenceStore;
  readonly clock: Clock;
  /** A clock that never steps; the machine's by default. */
  readonly steadyClock?: Clock;
  readonly issuers: readonly TrustedIssuer[];
  readonly directory: Directory;
  readonly log: Logger;
  /** Reaches receivers of notifications. Closed by the server. */
  readonly outbound: Outbound;
  /** Encrypts resource data. Closed by the server; in this thread by default. */
  readonly encryptor?: Encryptor;
  /** Signs for receivers of resource data that it comes from here, the server known at `origin`. */
  readonly validationTokens: (origin: () => string) => ValidationTokens;
  /** Further addresses, such as the dev server's token issuer. */
  readonly plugins?: readonly FastifyPluginAsync[];
  /** Why the server isn't ready beyond its store, if it isn't. */
  readonly whyNotReady?: () => Promise<string | undefined>;
}

export interface Server {
  /** One for each of the listeners, `http://127.0.0.1:4280`. */
  readonly origins: readonly string[];
  readonly presence: PresenceService;
  readonly subscriptions: SubscriptionService;
  readonly shifts: Shifts;
  /** Answers requests: all of the server but its ports. */
  readonly handler: RequestListener;
  /** Lets open requests finish, then closes everything, the store last. */
  close(): Promise<void>;
}

/** Starts Porchlight. Rejects when a port can't be had; nothing stays open then but the parts. */
export async function openServer(config: ServerConfig, parts: ServerParts): Promise<Server> {
  const { store, clock, directory, log } = parts;
  const { profile } = config;
  const nowMs = () => clock.nowMs();

  const presence = createPresenceService({ store, clock, directory });

  const listening: Listening[] = [];
  const origins = () =>
    listening.map(({ address }, index) =>
      originOf(address, config.listeners[index]?.tls !== undefined),
    );
  const { publicOrigin, trustProxy, cors = '*' } = config;

  const { outbound, encryptor = createEncryptor() } = parts;
  const registry = createRegistry();
  const tails = createFeedTails({
    store,
    clock,
    onError: (error) => log.error({ err: error }, 'reading the feed failed'),
  });
  const notifier = new Notifier({
    store,
    clock,
    tails,
    turns: { lease: (partition) => shifts.lease(partition) },
    subscribed: () => subscriptions.settled(),
    matching: registry.matching,
    outbound,
    encryptor,
    tokens: parts.validationTokens(() => publicOrigin ?? origins()[0] ?? ''),
    random: Math.random,
    terms: { ...GRAPH_TERMS, dropsForHanging: profile === 'graph', ...config.delivery },
    log,
  });
  const subscriptions = createSubscriptionService({
    documents: store.documents,
    registry,
    clock,
    profile,
    directory,
    courier: notifier,
    // Its own affairs are the business of whoever has the partition of its id.
    isOurTurn: ({ tenantId, id }) =>
      shifts.lease(store.partitionOf({ tenantId, userId: id })) !== undefined,
    handshake: createHandshake({ outbound, randomUUID }),
    refusal: (url) => outbound.refusal(url),
    checkCertificate(certificate, certificateId, atMs) {
      const recipient = recipientOf(certificate, certificateId, atMs);
      return typeof recipient === 'string' ? recipient : undefined;
    },
    randomUUID,
    onError: (error) => log.error({ err: error }, 'looking after a subscription failed'),
  });
  await subscriptions.load();
  const shifts = createShifts({
    store,
    clock,
    steadyClock: parts.steadyClock ?? steadyClock,
    notifier,
    retentionMs: config.feedRetentionMs,
    onError: (what, error) => log.error({ err: error }, what),
  });
  const hub = createHub({
    store,
    tails,
    clock,
    onError: (error) => log.error({ err: error }, 'a stream could not be read on'),
  });

  const routes = presenceRoutes({ presence, subscriptions, profile }, directory);
  const ownRoutes = [
    ...streamRoutes({ presence, profile, store, directory, hub }),
    ...adminRoutes({ courier: notifier, subscriptions }),
  ];
  const handler = await createHandler({
    routes,
    ownRoutes,
    directory,
    verifier: createVerifier({ issuers: parts.issuers, clock }),
    clock,
    report: (error, { requestId }) => log.error({ err: error, requestId }, 'request failed'),
    cors,
    publicOrigin,
    trustProxy,
    plugins: parts.plugins ?? [],
    async whyNotReady() {
      const health = store.health();
      return health.writable ? parts.whyNotReady?.() : health.reason;
    },
  });

  /** Ends everything that follows the feed, but for the streams. */
  async function stopTelling(): Promise<void> {
    await shifts.stop();
    await subscriptions.stop();
    await tails.stop();
    await notifier.stop();
    await encryptor.close();
  }

  function closeListening(): Promise<unknown> {
    // First, or the listeners would wait for the streams.
    hub.close();
    return Promise.all(listening.map((each) => each.close()));
  }

  try {
    for (const listener of config.listeners) {
      listening.push(await listen(handler.listener, { ...listener, nowMs }));
    }
  } catch (error) {
    await closeListening();
    await stopTelling();
    throw error;
  }

  notifier.start();
  await shifts.start();
  await subscriptions.start();

  return {
    origins: origins(),
    presence,
    subscriptions,
    shifts,
    handler: handler.listener,
    async close() {
      await closeListening();
      await stopTelling();
      await handler.close();
      await store.close();
    },
  };
}

function originOf(address: Listening['address'], secure: boolean): string {
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${secure ? 'https' : 'http'}://${host}:${address.port}`;
}
