import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SIGNING_ALGORITHM, type SigningKey } from './signing-key.ts';

/** `iss` of a tenant's tokens, from the address the server is known by. */
export function issuerAt(base: string, tenantId: string): string {
  return `${base}/${tenantId}/v2.0`;
}

/**
 * What whoever checks a signature needs to know: OpenID Connect Discovery 1.0, section 3, without the
 * addresses where tokens are asked for. The issuer has the tenant's id, as Entra's does, whichever of the
 * tenant's names was in the path.
 */
export function keyDocument(base: string, tenantId: string): Record<string, unknown> {
  return {
    issuer: issuerAt(base, tenantId),
    jwks_uri: `${base}/${tenantId}/discovery/v2.0/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [SIGNING_ALGORITHM],
  };
}

/** A request under `/{tenant}`. */
export interface TenantPath {
  Params: { readonly tenant: string };
}

export interface DiscoveryOptions {
  readonly key: SigningKey;
  /** Before `/.well-known/openid-configuration`, after the tenant: `/v2.0`, or nothing. */
  readonly versions: readonly string[];
  /** The id of the tenant in the path. Throws what an unknown one is answered with. */
  readonly tenantIdOf: (request: FastifyRequest<TenantPath>) => string;
  /** The server's address, without a slash at the end. */
  readonly baseOf: (request: FastifyRequest<TenantPath>) => string;
  readonly documentOf: (base: string, tenantId: string) => Record<string, unknown>;
}

/** Discovery and keys under `/{tenant}`, at Entra's paths. */
export function registerDiscovery(server: FastifyInstance, options: DiscoveryOptions): void {
  const { key, versions, tenantIdOf, baseOf, documentOf } = options;
  for (const version of versions) {
    server.get<TenantPath>(`/:tenant${version}/.well-known/openid-configuration`, async (request) =>
      documentOf(baseOf(request), tenantIdOf(request)),
    );
  }
  server.get<TenantPath>('/:tenant/discovery/v2.0/keys', async (request) => {
    tenantIdOf(request);
    return { keys: [key.publicJwk] };
  });
}
