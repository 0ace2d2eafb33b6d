import { keyDocument } from '../discovery.ts';

/** The address a token's issuer was asked at; undefined if `iss` is of another tenant or no address. */
export function baseOf(iss: string, tenantId: string): string | undefined {
  const path = `/${tenantId}/v2.0`;
  if (!iss.endsWith(path)) return undefined;
  const base = iss.slice(0, -path.length);
  return /^https?:\/\/[^/?#\s]+$/.test(base) ? base : undefined;
}

/** The discovery document of an issuer that gives tokens. */
export function discoveryDocument(base: string, tenantId: string): Record<string, unknown> {
  return {
    ...keyDocument(base, tenantId),
    token_endpoint: `${base}/${tenantId}/oauth2/v2.0/token`,
    // Nobody can sign in there, but clients insist on having it.
    authorization_endpoint: `${base}/${tenantId}/oauth2/v2.0/authorize`,
    grant_types_supported: ['client_credentials', 'password'],
    response_modes_supported: ['query'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
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
