import { join } from 'node:path';
import type { FastifyPluginAsync } from 'fastify';
import { createLocalJWKSet } from 'jose';
import { type Clock, systemClock } from '../../clock.ts';
import { issuerAt } from '../discovery.ts';
import { createPublisher, type Publisher } from '../publisher/publisher.ts';
import { openSigningKey, type SigningKey } from '../signing-key.ts';
import type { Tenant } from '../tenant-file.ts';
import type { TrustedIssuer } from '../trusted-issuer.ts';
import { baseOf } from './discovery.ts';
import { tokenRoutes } from './routes.ts';
import { GRAPH } from './scope.ts';
import { type Grant, tokenResponse } from './token-response.ts';

export interface DevIssuerOptions {
  /** The signing key is kept below it, in `dev/issuer-key.json`. Null: in memory only. */
  readonly dataDir: string | null;
  /** Signs with this key, which is kept elsewhere. */
  readonly key?: SigningKey;
  /** At least one; the first is `common` and `organizations` too. */
  readonly tenants: readonly Tenant[];
  /** By which access tokens are made and end: the server's. */
  readonly clock: Clock;
  /** By which receivers look at validation tokens; the machine's, unless they go by another. */
  readonly receiversClock?: Clock;
  readonly randomUUID: () => string;
}

export interface DevIssuer {
  /** One for each tenant, in their order; their keys are in this process. */
  readonly issuers: readonly TrustedIssuer[];
  /** Discovery, keys and token endpoint. Register without a prefix. */
  readonly plugin: FastifyPluginAsync;
  /**
   * Signs validation tokens with the issuer's key, which `plugin` publishes. `origin` is the address of
   * the server that receivers look the key up at, `http://127.0.0.1:4280`; it is asked for with each
   * token, as the port may be known only once the server listens.
   */
  publisher(origin: () => string): Publisher;
  /** A token as the token endpoint gives it that is asked for at `base`, `http://127.0.0.1:4280`. */
  token(grant: Grant, tenantId: string, base: string): Promise<string>;
}

/** Names of Microsoft Graph that tokens have as their audience: with and without slash, and its app id. */
const GRAPH_AUDIENCES = [GRAPH, `${GRAPH}/`, '00000003-0000-0000-c000-000000000000'];

const LOOPBACK = /^https?:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/;

/** The dev server's own token issuer: gives anybody any token, so for development only. */
export async function createDevIssuer(options: DevIssuerOptions): Promise<DevIssuer> {
  const { dataDir, tenants, clock, receiversClock = systemClock, randomUUID } = options;
  const keyPath = dataDir === null ? null : join(dataDir, 'dev', 'issuer-key.json');
  const key = options.key ?? (await openSigningKey(keyPath));
  return {
    issuers: tenants.map((tenant) => trustedIssuer(tenant, key)),
    plugin: tokenRoutes({ tenants, clock, randomUUID, key }),
    publisher: (origin) =>
      createPublisher({
        key,
        issuerOf: (tenantId) => issuerAt(origin(), tenantId),
        clock: receiversClock,
        randomUUID,
      }),
    async token(grant, tenantId, base) {
      const iss = issuerAt(base, tenantId);
      const nowMs = clock.nowMs();
      const answer = await tokenResponse(grant, { iss, tenantId, nowMs, key, randomUUID });
      return String(answer.access_token);
    },
  };
}

/** The server has several addresses and takes each; that the token is its own, the signature proves. */
function trustedIssuer({ id, domain }: Tenant, key: SigningKey): TrustedIssuer {
  return {
    name: `the dev issuer of ${domain}`,
    tenantId: id,
    audiences: GRAPH_AUDIENCES,
    acceptsAudience: (audience, iss) => {
      const address = audience.replace(/\/$/, '');
      return address === baseOf(iss, id) || LOOPBACK.test(address);
    },
    matches: (iss) => baseOf(iss, id) !== undefined,
    keys: createLocalJWKSet({ keys: [key.publicJwk] }),
  };
}
