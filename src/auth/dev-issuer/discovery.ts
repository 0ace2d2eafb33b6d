import { SIGNING_ALGORITHM } from './signing-key.ts';

/** `iss` of a tenant's tokens, from the address the server was asked at. */
export function issuerAt(base: string, tenantId: string): string {
  return `${base}/${tenantId}/v2.0`;
}

/** The address a token's issuer was asked at; undefined if `iss` is of another tenant or no address. */
export function baseOf(iss: string, tenantId: string): string | undefined {
  const path = `/${tenantId}/v2.0`;
  if (!iss.endsWith(path)) return undefined;
  const base = iss.slice(0, -path.length);
  return /^https?:\/\/[^/?#\s]+$/.test(base) ? base : undefined;
}

/**
 * The discovery document. Its issuer has the tenant's id, as Entra's does, whichever of the tenant's
 * names was in the path.
 */
export function discoveryDocument(base: string, tenantId: string): Record<string, unknown> {
  return {
    issuer: issuerAt(base, tenantId),
    token_endpoint: `${base}/${tenantId}/oauth2/v2.0/token`,
    // Nobody can sign in there, but clients insist on having it.
    authorization_endpoint: `${base}/${tenantId}/oauth2/v2.0/authorize`,
    jwks_uri: `${base}/${tenantId}/discovery/v2.0/keys`,
    grant_types_supported: ['client_credentials', 'password'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    subject_types_supported: ['public'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    id_token_signing_alg_values_supported: [SIGNING_ALGORITHM],
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'client_secret_basic',
      'private_key_jwt',
    ],
    claims_supported: [
      ...['iss', 'aud', 'iat', 'nbf', 'exp', 'tid', 'oid', 'sub', 'azp', 'appid', 'idtyp', 'ver'],
      ...['scp', 'roles', 'upn', 'preferred_username', 'name'],
    ],
    tenant_region_scope: null,
  };
}
