import type { RequestListener } from 'node:http';
import type { FastifyPluginAsync } from 'fastify';
import type { Logger } from 'pino';
import type { TrustedIssuer } from './auth/trusted-issuer.ts';
import { createVerifier } from './auth/verifier.ts';
import type { Clock } from './clock.ts';
import type { RequestIds } from './graph/error.ts';
import type { Profile } from './graph/settable.ts';
import { createApp } from './http/app.ts';
import type { Cors } from './http/cors.ts';
import { createDispatcher } from './http/dispatcher.ts';
import { createGraphApi, isGraphAddress } from './http/graph-api.ts';
import { registerHealth } from './http/health.ts';
import { type ArrivalLimits, type Listening, listen } from './http/listen.ts';
import { registerOpenApi } from './http/openapi.ts';
import { presenceRoutes } from './http/operations/all.ts';
import type { Directory } from './presence/directory.ts';
import { startRetention } from './presence/retention.ts';
import { createPresenceService, type PresenceService } from './presence/service.ts';
import { createTicker, type Ticker } from './presence/ticker.ts';
import type { PresenceStore } from './store/store.ts';

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
}

/** What the server works with, handed in so that tests and simulations start the same program. */
export interface ServerParts {
  /** Closed by the server when it closes. */
  readonly store: PresenceStore;
  readonly clock: Clock;
  readonly issuers: readonly TrustedIssuer[];
  readonly directory: Directory;
  readonly log: Logger;
  /** Further addresses, such as the dev server's token issuer. */
  readonly plugins?: readonly FastifyPluginAsync[];
  /** Why the server isn't ready beyond its store, if it isn't. */
  readonly whyNotReady?: () => Promise<string | undefined>;
}

export interface Server {
  /** One for each of the listeners, `http://127.0.0.1:4280`. */
  readonly origins: readonly string[];
  readonly presence: PresenceService;
  readonly ticker: Ticker;
  /** Answers requests: all of the server but its ports. */
  readonly handler: RequestListener;
  /** Lets open requests finish, then closes everything, the store last. */
  close(): Promise<void>;
}

/** Starts Porchlight. Rejects when a port can't be had; nothing stays open then but the parts. */
export async function openServer(config: ServerConfig, parts: ServerParts): Promise<Server> {
  const { store, clock, directory, log } = parts;
  const nowMs = () => clock.nowMs();
  const report = (error: unknown, { requestId }: RequestIds) =>
    log.error({ err: error, requestId }, 'request failed');

  const presence = createPresenceService({ store, clock, directory });
  const routes = presenceRoutes({ presence, profile: config.profile }, directory);
  const { publicOrigin, trustProxy, cors = '*' } = config;
  const app = await createApp({ nowMs, report, trustProxy, cors });
  const graphApi = createGraphApi({
    dispatch: createDispatcher(routes, directory),
    verifier: createVerifier({ issuers: parts.issuers, clock }),
    clock,
    report,
    cors,
    publicOrigin,
    trustProxy,
  });
  registerOpenApi(app, routes);
  registerHealth(app, async () => {
    const health = store.health();
    return health.writable ? parts.whyNotReady?.() : health.reason;
  });
  for (const plugin of parts.plugins ?? []) await app.register(plugin);
  await app.ready();
  const handler: RequestListener = (request, response) => {
    const isPreflight = request.method === 'OPTIONS';
    if (!isPreflight && isGraphAddress(request.url ?? '')) graphApi(request, response);
    else app.routing(request, response);
  };

  const listening: Listening[] = [];
  const closeListening = () => Promise.all(listening.map((each) => each.close()));
  try {
    for (const listener of config.listeners) {
      listening.push(await listen(handler, { ...listener, nowMs }));
    }
  } catch (error) {
    await closeListening();
    throw error;
  }

  const ticker = createTicker({
    store,
    clock,
    onError: (error) => log.error({ err: error }, 'ticking failed'),
  });
  ticker.start();
  const stopRetention = startRetention({
    store,
    clock,
    retentionMs: config.feedRetentionMs,
    onError: (error) => log.error({ err: error }, 'trimming the feed failed'),
  });

  return {
    origins: listening.map(({ address }, index) =>
      originOf(address, config.listeners[index]?.tls !== undefined),
    ),
    presence,
    ticker,
    handler,
    async close() {
      await closeListening();
      await Promise.all([ticker.stop(), stopRetention()]);
      await app.close();
      await store.close();
    },
  };
}

function originOf(address: Listening['address'], secure: boolean): string {
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${secure ? 'https' : 'http'}://${host}:${address.port}`;
}
