import type { IncomingMessage, RequestListener } from 'node:http';
import type { FastifyPluginAsync } from 'fastify';
import type { Logger } from 'pino';
import type { Caller } from './auth/caller.ts';
import type { TrustedIssuer } from './auth/trusted-issuer.ts';
import { type Clock, steadyClock as machinesSteadyClock } from './clock.ts';
import { type Core, openCore } from './core.ts';
import type { ServedDirectory } from './directory/directory.ts';
import { type Faults, openFaults } from './faults/open.ts';
import type { CalendarSources, Feeds } from './feeds/feeds.ts';
import type { Profile } from './graph/settable.ts';
import type { Throttling } from './graph/throttling.ts';
import type { HistoryRetention } from './history/retention.ts';
import type { ReportFault } from './http/answer.ts';
import type { Cors } from './http/cors.ts';
import { createHandler } from './http/handler.ts';
import { createPorts, type Listener } from './http/ports.ts';
import type { Route } from './http/route.ts';
import { createThrottle } from './http/throttle.ts';
import type { Encryptor, ValidationTokens } from './notifications/encryptor.ts';
import type { DeliveryTerms } from './notifications/terms.ts';
import type { Outbound } from './outbound/outbound.ts';
import type { Directory } from './presence/directory.ts';
import type { PresenceService } from './presence/service.ts';
import type { Visibility } from './presence/visibility.ts';
import { type Randomness, systemRandomness } from './random.ts';
import type { ProvisioningSecret } from './scim/access.ts';
import type { Shifts } from './shifts.ts';
import type { PresenceStore } from './store/store.ts';
import type { SubscriptionService } from './subscriptions/service.ts';
import { clockRoutes } from './time/routes.ts';
import { type TimeTravel, timeTravel } from './time/travel.ts';
import { VirtualClock } from './time/virtual-clock.ts';
import { createUsageGate } from './usage/gate.ts';
import type { UsageRecord } from './usage/record.ts';
import { usageRoutes } from './usage/routes.ts';

export interface ServerConfig {
  readonly profile: Profile;
  /** What Graph hasn't is an error, in either profile. */
  readonly strict?: boolean;
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
  /** How long a tenant's changes are told of; as long as they stay in the feed by default. */
  readonly historyMs?: HistoryRetention;
  /** Where delivery is to be more or less patient than Graph. */
  readonly delivery?: Partial<DeliveryTerms>;
  /** What an application may ask in a tenant; as much as it likes by default. */
  readonly throttling?: Throttling;
  /** Whether faults can be ordered. */
  readonly faults?: boolean;
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
  /** By which issuers make tokens, where that isn't `clock`. */
  readonly tokenClock?: Clock;
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
  /** Further operations of our own. */
  readonly ownRoutes?: readonly Route[];
  /** Further addresses, such as the dev server's token issuer. */
  readonly plugins?: readonly FastifyPluginAsync[];
  /** Where it is noted what applications use; nowhere by default. */
  readonly usage?: UsageRecord;
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
  /** Where they can be ordered. */
  readonly faults: Faults | undefined;
  /** Answers requests: all of the server but its ports. */
  readonly handler: RequestListener;
  /** Moves it through time, where its clock is a virtual one. */
  readonly travel: TimeTravel | undefined;
  /** Resolves when nothing is under way, and nothing due by now is left to be done. */
  settled(): Promise<void>;
  /**
   * Goes on over another store, as after a restart: lets go of all that it works with, but for ports and what
   * stands around addresses. Nobody may be calling meanwhile.
   * @param next gives what it goes on with; asked once nothing is at work any more
   */
  reopen(next: () => Promise<ServerParts>): Promise<void>;
  /** Lets open requests finish, then closes everything, the store last. */
  close(): Promise<void>;
}

/** Starts Porchlight. Rejects when a port can't be had; nothing stays open then but the parts. */
export async function openServer(config: ServerConfig, parts: ServerParts): Promise<Server> {
  const { clock, log } = parts;
  let { store, directory } = parts;
  const { publicOrigin, trustProxy, cors = '*', profile, strict = false } = config;
  const ports = createPorts(() => clock.nowMs());
  const report: ReportFault = (error, { requestId }) =>
    log.error({ err: error, requestId }, 'request failed');

  const travel = clock instanceof VirtualClock ? timeTravel(clock) : undefined;
  const served: Directory = {
    resolve: (tenantId, name) => directory.resolve(tenantId, name),
    lists: (tenantId, userId) => directory.lists(tenantId, userId),
    mode: directory.mode,
  };
  const faults =
    config.faults === true
      ? openFaults({
          clock,
          steadyClock: parts.steadyClock ?? machinesSteadyClock,
          resolve: served.resolve,
          operations: () => new Set(core.routes.map(({ operation }) => operation)),
          subscriptions: () => core.following.subscriptions,
          onError: (error) => log.error({ err: error }, 'a subscription could not be ended'),
        })
      : undefined;
  const open = (given: ServerParts) =>
    openCore(config, {
      ...given,
      ...travel?.watched(given.outbound),
      mishaps: faults?.mishaps,
      steadyClock: given.steadyClock ?? machinesSteadyClock,
      randomness: given.randomness ?? systemRandomness,
      origin: () => publicOrigin ?? ports.origins[0] ?? '',
      report,
    });
  let core: Core = await open(parts);

  const late = (table: (of: Core) => readonly Route[]) => lateBound(() => table(core));
  const recording = parts.usage ? [createUsageGate(parts.usage, served.resolve)] : [];
  const handler = await createHandler({
    routes: late(({ routes }) => routes),
    ownRoutes: [
      ...late(({ ownRoutes }) => ownRoutes),
      ...(travel ? clockRoutes(travel) : []),
      ...usageRoutes(parts.usage),
      ...(faults?.routes ?? []),
      ...(parts.ownRoutes ?? []),
    ],
    directory: served,
    gates: [
      ...(config.throttling === undefined ? [] : [createThrottle(config.throttling, clock)]),
      ...recording,
      ...(faults === undefined ? [] : [faults.gate]),
    ],
    ownGates: recording,
    strictness: { profile, isStrict: strict },
    verifier: { verify: (token) => core.verifier.verify(token) },
    ...(parts.steward && { steward: parts.steward }),
    ...{ clock, report, cors, publicOrigin, trustProxy },
    plugins: parts.plugins ?? [],
    mounts: core.mounts.map((first, at) => ({
      matches: first.matches,
      listener: (request, response) => (core.mounts[at] ?? first).listener(request, response),
    })),
    async whyNotReady() {
      const health = store.health();
      return health.writable ? parts.whyNotReady?.() : health.reason;
    },
  });

  async function closePorts(): Promise<void> {
    // First, or the listeners would wait for the streams.
    core.endStreams();
    await ports.close();
  }

  async function begin(): Promise<void> {
    travel?.follow(store, core.following);
    await core.start();
  }

  try {
    for (const listener of config.listeners) await ports.open(listener, handler.listener);
  } catch (error) {
    await closePorts();
    await core.stop();
    throw error;
  }
  await begin();

  return {
    origins: ports.origins,
    get presence() {
      return core.presence;
    },
    get subscriptions() {
      return core.following.subscriptions;
    },
    get shifts() {
      return core.following.shifts;
    },
    get feeds() {
      return core.following.feeds;
    },
    faults,
    handler: handler.listener,
    travel,
    settled: () => travel?.settled() ?? core.following.settled(),

    async reopen(next) {
      await core.stop();
      await directory.stop();
      await store.close();
      const given = await next();
      ({ store, directory } = given);
      core = await open(given);
      await begin();
    },

    async close() {
      await closePorts();
      await core.stop();
      await handler.close();
      await directory.stop();
      await store.close();
    },
  };
}

/** The operations of a table, each carried out by whatever table of the same ones is there when it is asked for. */
function lateBound(table: () => readonly Route[]): Route[] {
  return table().map((route, at) => ({
    ...route,
    handle: (call) => (table()[at] ?? route).handle(call),
  }));
}
