import type { RequestListener } from 'node:http';
import { steadyClock as machinesSteadyClock } from './clock.ts';
import { type Core, openCore } from './core.ts';
import type { Faults } from './faults/open.ts';
import type { Feeds } from './feeds/feeds.ts';
import type { ReportFault } from './http/answer.ts';
import { createHandler } from './http/handler.ts';
import { createPorts } from './http/ports.ts';
import type { Route } from './http/route.ts';
import type { Directory } from './presence/directory.ts';
import type { PresenceService } from './presence/service.ts';
import { systemRandomness } from './random.ts';
import type { ServerConfig, ServerParts } from './server-parts.ts';
import type { Shifts } from './shifts.ts';
import { openSteering } from './steering.ts';
import type { SubscriptionService } from './subscriptions/service.ts';
import type { TimeTravel } from './time/travel.ts';

export type { ServerConfig, ServerParts } from './server-parts.ts';

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

  const served: Directory = {
    resolve: (tenantId, name) => directory.resolve(tenantId, name),
    lists: (tenantId, userId) => directory.lists(tenantId, userId),
    mode: directory.mode,
  };
  const steering = openSteering(config, parts, served, () => core);
  const open = (given: ServerParts) =>
    openCore(config, {
      ...given,
      ...steering.watched(given.outbound),
      steadyClock: given.steadyClock ?? machinesSteadyClock,
      randomness: given.randomness ?? systemRandomness,
      origin: () => publicOrigin ?? ports.origins[0] ?? '',
      report,
    });
  let core: Core = await open(parts);

  const late = (table: (of: Core) => readonly Route[]) => lateBound(() => table(core));
  const handler = await createHandler({
    routes: late(({ routes }) => routes),
    ownRoutes: [
      ...late(({ ownRoutes }) => ownRoutes),
      ...steering.routes,
      ...(parts.ownRoutes ?? []),
    ],
    directory: served,
    gates: steering.gates,
    ownGates: steering.ownGates,
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
    steering.travel?.follow(store, core.following);
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
    faults: steering.faults,
    handler: handler.listener,
    travel: steering.travel,
    settled: () => steering.travel?.settled() ?? core.following.settled(),

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
