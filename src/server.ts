import type { IncomingMessage, RequestListener } from 'node:http';
import type { FastifyPluginAsync } from 'fastify';
import type { Logger } from 'pino';
import type { Caller } from './auth/caller.ts';
import type { TrustedIssuer } from './auth/trusted-issuer.ts';
import { createVerifier } from './auth/verifier.ts';
import { type Clock, steadyClock as machinesSteadyClock } from './clock.ts';
import type { ServedDirectory } from './directory/directory.ts';
import { knownCallersOnly } from './directory/known-callers.ts';
import { createPhotos } from './directory/photos.ts';
import type { CalendarSources, Feeds } from './feeds/feeds.ts';
import { openFollowing } from './following.ts';
import type { Profile } from './graph/settable.ts';
import type { ReportFault } from './http/answer.ts';
import type { Cors } from './http/cors.ts';
import { createHandler } from './http/handler.ts';
import { adminRoutes } from './http/operations/admin.ts';
import { presenceRoutes } from './http/operations/all.ts';
import { calendarFeedRoutes } from './http/operations/calendar-feed/routes.ts';
import { directoryRoutes } from './http/operations/directory/routes.ts';
import { explainPresence } from './http/operations/explain-presence.ts';
import { createPorts, type Listener } from './http/ports.ts';
import { createCalendars } from './mailbox/events/calendars.ts';
import type { Encryptor, ValidationTokens } from './notifications/encryptor.ts';
import type { DeliveryTerms } from './notifications/terms.ts';
import type { Outbound } from './outbound/outbound.ts';
import { createPresenceService, type PresenceService } from './presence/service.ts';
import {
  EVERYONE_SEES_EVERYONE,
  forListedReaders,
  type Visibility,
} from './presence/visibility.ts';
import { openProvisioning } from './provisioning.ts';
import { type Randomness, systemRandomness } from './random.ts';
import type { ProvisioningSecret } from './scim/access.ts';
import type { Shifts } from './shifts.ts';
import type { PresenceStore } from './store/store.ts';
import { streamRoutes } from './stream/routes.ts';
import type { SubscriptionService } from './subscriptions/service.ts';

export interface ServerConfig {
  readonly profile: Profile;
  /** Where to listen; port 0 lets the system choose. */
  readonly listeners: readonly Listener[];
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
  /** What provisioning clients may show, where the directory is theirs to write. */
  readonly provisioning?: readonly ProvisioningSecret[];
}

/** What the server works with, handed in so that tests and simulations start the same program. */
export interface ServerParts {
  /** Closed by the server when it closes. */
  readonly store: PresenceStore;
  readonly clock: Clock;
  /** A clock that never steps; the machine's by default. */
  readonly steadyClock?: Clock;
  /** The machine's by default. */
  readonly randomness?: Randomness;
  readonly issuers: readonly TrustedIssuer[];
  /** Stopped by the server when it closes. */
  readonly directory: ServedDirectory;
  /** Everyone sees everyone by default. */
  readonly visibility?: Visibility;
  readonly log: Logger;
  /** Reaches receivers of notifications. Closed by the server. */
  readonly outbound: Outbound;
  /** Encrypts resource data. Closed by the server; in this thread by default. */
  readonly encryptor?: Encryptor;
  /** Other people's calendars: where from, and who reads them. */
  readonly calendars?: CalendarSources;
  /** Signs for receivers of resource data that it comes from here, the server known at `origin`. */
  readonly validationTokens: (origin: () => string) => ValidationTokens;
  /** Who it is that steers the server without a token, if this request may; nobody by default. */
  readonly steward?: (request: IncomingMessage) => Caller | undefined;
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
  readonly feeds: Feeds;
  /** Answers requests: all of the server but its ports. */
  readonly handler: RequestListener;
  /** Lets open requests finish, then closes everything, the store last. */
  close(): Promise<void>;
}

/** Starts Porchlight. Rejects when a port can't be had; nothing stays open then but the parts. */
export async function openServer(config: ServerConfig, parts: ServerParts): Promise<Server> {
  const { store, clock, directory, log } = parts;
  const { steadyClock = machinesSteadyClock, randomness = systemRandomness } = parts;
  const isProvisioned = directory.ledger !== undefined;
  const { visibility: rules = EVERYONE_SEES_EVERYONE } = parts;
  const visibility = isProvisioned ? forListedReaders(rules, directory) : rules;
  const { profile } = config;
  const presence = createPresenceService({ store, clock, directory, visibility });

  const ports = createPorts(() => clock.nowMs());
  const { publicOrigin, trustProxy, cors = '*' } = config;

  const following = await openFollowing({
    ...parts,
    ...config,
    steadyClock,
    randomness,
    visibility,
    origin: () => publicOrigin ?? ports.origins[0] ?? '',
  });
  const { notifier, subscriptions, shifts, hub, mailboxes, feeds } = following;

  const calendars = createCalendars({ mailboxes, clock, directory, newId: randomness.uuid });
  const photos = createPhotos({
    store,
    directory,
    onError: (error) => log.error({ err: error }, 'a photo could not be read'),
  });
  const routes = [
    ...presenceRoutes({ presence, subscriptions, mailboxes, calendars, clock, profile }, directory),
    ...directoryRoutes({ directory, photos }),
  ];
  const ownRoutes = [
    ...streamRoutes({ presence, profile, store, directory, visibility, hub }),
    ...adminRoutes({ courier: notifier, subscriptions }),
    ...calendarFeedRoutes({ feeds, directory }),
    explainPresence({ presence, clock }),
  ];
  const report: ReportFault = (error, { requestId }) =>
    log.error({ err: error, requestId }, 'request failed');
  const verifier = createVerifier({
    issuers: parts.issuers,
    clock,
    onVerified: directory.learn,
    userNamed: (tenantId, name) => directory.ledger?.byExternalId(tenantId, name)?.id,
  });

  const provisioning = openProvisioning({
    ...{ store, clock, steadyClock, randomness, directory, shifts, verifier },
    ...{ publicOrigin, trustProxy, report, log },
    secrets: config.provisioning ?? [],
    told: following.told,
    rights: [subscriptions.removeOf],
    // A calendar that others keep goes first: it would be put into the mailbox again.
    belongings: [(user) => feeds.forget(user), (user) => mailboxes.erase(user), photos.remove],
    restore: (user) => mailboxes.refill(user),
  });
  const handler = await createHandler({
    routes,
    ownRoutes,
    directory,
    ...(parts.steward && { steward: parts.steward }),
    verifier: isProvisioned ? knownCallersOnly(verifier, directory) : verifier,
    clock,
    report,
    cors,
    publicOrigin,
    trustProxy,
    plugins: parts.plugins ?? [],
    mounts: provisioning.mounts,
    async whyNotReady() {
      const health = store.health();
      return health.writable ? parts.whyNotReady?.() : health.reason;
    },
  });

  function closePorts(): Promise<void> {
    // First, or the listeners would wait for the streams.
    hub.close();
    return ports.close();
  }

  try {
    for (const listener of config.listeners) await ports.open(listener, handler.listener);
  } catch (error) {
    await closePorts();
    await provisioning.stop();
    await following.stop();
    throw error;
  }

  await following.start();
  provisioning.start();

  return {
    origins: ports.origins,
    presence,
    subscriptions,
    shifts,
    feeds,
    handler: handler.listener,
    async close() {
      await closePorts();
      await provisioning.stop();
      await following.stop();
      await handler.close();
      await directory.stop();
      await store.close();
    },
  };
}
