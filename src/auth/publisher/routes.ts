import type { FastifyPluginAsync } from 'fastify';
import { GraphError } from '../../graph/error.ts';
import { keyDocument, registerDiscovery } from '../discovery.ts';
import type { SigningKey } from '../signing-key.ts';

export interface PublisherRoutesOptions {
  /** Ids of the tenants whose issuer is shown, lower case. */
  readonly tenants: readonly string[];
  /** The address receivers know the server by, `https://host`; asked for with each request. */
  readonly origin: () => string;
  readonly key: SigningKey;
}

/**
 * Where receivers look up the key of validation tokens: `/{tenant}/v2.0/.well-known/openid-configuration`
 * and `/{tenant}/discovery/v2.0/keys`. Open to everybody, as the keys of an issuer are; no tokens are
 * given out. Throws `GraphError` 404 for a tenant that isn't listed. Register without a prefix.
 */
export function publisherRoutes(options: PublisherRoutesOptions): FastifyPluginAsync {
  const { tenants, origin, key } = options;
  return async (server) => {
    registerDiscovery(server, {
      key,
      versions: ['/v2.0'],
      tenantIdOf: ({ params }) => {
        const id = params.tenant.toLowerCase();
        if (tenants.includes(id)) return id;
        throw new GraphError(404, 'NotFound', 'There is no such tenant here.');
      },
      baseOf: origin,
      documentOf: keyDocument,
    });
  };
}
