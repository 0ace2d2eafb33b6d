import type { RequestListener } from 'node:http';
import type { FastifyPluginAsync } from 'fastify';
import type { Strictness } from '../graph/additions.ts';
import type { Directory } from '../presence/directory.ts';
import { createApp } from './app.ts';
import { createDispatcher, type Gate } from './dispatcher.ts';
import { createGraphApi, type GraphApiParts, isApiAddress } from './graph-api.ts';
import { type Readiness, registerHealth } from './health.ts';
import { registerOpenApi } from './openapi.ts';
import { createBodyReader } from './read-body.ts';
import type { Route } from './route.ts';

export interface HandlerParts extends Omit<GraphApiParts, 'dispatch' | 'dispatchOwn' | 'readBody'> {
  /** Graph's operations. */
  readonly routes: readonly Route[];
  /** Porchlight's own, under `/porchlight`. */
  readonly ownRoutes: readonly Route[];
  readonly directory: Directory;
  /** Between requests to Graph's addresses and what they ask for. */
  readonly gates?: readonly Gate[];
  /** Between requests to Porchlight's own addresses and what they ask for. */
  readonly ownGates?: readonly Gate[];
  readonly strictness: Strictness;
  /** Further addresses, such as the dev server's token issuer. */
  readonly plugins: readonly FastifyPluginAsync[];
  readonly whyNotReady: Readiness;
  /** Addresses that have their own ways, such as those of provisioning clients. */
  readonly mounts?: readonly Mount[];
}

/** Answers all requests whose address it says are its own, but for preflight requests. */
export interface Mount {
  matches(url: string): boolean;
  readonly listener: RequestListener;
}

export interface Handler {
  /** Answers requests: all of the server but its ports. */
  readonly listener: RequestListener;
  close(): Promise<void>;
}

/** Puts all addresses together. Rejects when a plugin can't be used. */
export async function createHandler(parts: HandlerParts): Promise<Handler> {
  const { routes, ownRoutes, directory, clock, strictness, mounts = [] } = parts;
  const app = await createApp({ ...parts, nowMs: () => clock.nowMs() });
  const graphApi = createGraphApi({
    ...parts,
    dispatch: createDispatcher(routes, directory, parts.gates, strictness),
    dispatchOwn: createDispatcher(ownRoutes, directory, parts.ownGates, strictness),
    readBody: createBodyReader(routes),
  });
  registerOpenApi(app, routes, ownRoutes);
  registerHealth(app, parts.whyNotReady);
  for (const plugin of parts.plugins) await app.register(plugin);
  await app.ready();
  return {
    listener(request, response) {
      const { method, url = '' } = request;
      const isPreflight = method === 'OPTIONS';
      if (isPreflight) app.routing(request, response);
      else if (isApiAddress(url)) graphApi(request, response);
      else {
        const mount = mounts.find((each) => each.matches(url));
        (mount?.listener ?? app.routing)(request, response);
      }
    },
    close: () => app.close(),
  };
}
