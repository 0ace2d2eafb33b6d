import { type JWTPayload, SignJWT } from 'jose';
import { SIGNING_ALGORITHM, type SigningKey } from '../signing-key.ts';

/** What a token request comes to, once it is checked. */
export type Grant = ApplicationGrant | DelegatedGrant;

interface AnyGrant {
  readonly appId: string;
  /** The token's audience. */
  readonly resource: string;
  readonly permissions: readonly string[];
  /** Below zero for a token that has expired already. */
  readonly lifetimeMs: number;
}

export interface ApplicationGrant extends AnyGrant {
  readonly kind: 'application';
  readonly appName: string | undefined;
}

export interface DelegatedGrant extends AnyGrant {
  readonly kind: 'delegated';
  readonly user: { readonly id: string; readonly upn?: string; readonly name?: string };
  /** Those asked for of openid, profile, email, offline_access. */
  readonly openid: readonly string[];
  readonly wantsClientInfo: boolean;
}

export interface TokenContext {
  readonly iss: string;
  readonly tenantId: string;
  readonly nowMs: number;
  readonly key: SigningKey;
  readonly randomUUID: () => string;
}

/** The reply to a granted request: RFC 6749, section 5.1, with the fields Entra adds. */
export async function tokenResponse(
  grant: Grant,
  context: TokenContext,
): Promise<Record<string, unknown>> {
  const claims = grant.kind === 'application' ? applicationClaims(grant) : delegatedClaims(grant);
  const expiresIn = Math.max(0, Math.floor(grant.lifetimeMs / 1000));
  const response: Record<string, unknown> = {
    token_type: 'Bearer',
    expires_in: expiresIn,
    ext_expires_in: expiresIn,
    access_token: await sign(claims, grant, context),
  };
  if (grant.kind === 'delegated') {
    const { resource, permissions, openid, user } = grant;
    response.scope = [...openid, ...permissions.map((name) => `${resource}/${name}`)].join(' ');
    if (openid.includes('openid')) {
      response.id_token = await sign({ ...identity(grant), aud: grant.appId }, grant, context);
    }
    if (grant.wantsClientInfo) response.client_info = clientInfo(user.id, context.tenantId);
  }
  return response;
}

/** The claims are a mix of Entra's v1 and v2 tokens, so that code reading either finds its own. */
function applicationClaims({
  appId,
  appName,
  permissions,
  resource,
}: ApplicationGrant): JWTPayload {
  return {
    aud: resource,
    appid: appId,
    azp: appId,
    azpacr: '1',
    ...(appName === undefined ? {} : { app_displayname: appName }),
    idtyp: 'app',
    oid: appId,
    sub: appId,
    // As with Entra: no permissions, no claim.
    ...(permissions.length === 0 ? {} : { roles: permissions }),
  };
}

function delegatedClaims(grant: DelegatedGrant): JWTPayload {
  const { appId, permissions, resource, user } = grant;
  return {
    aud: resource,
    appid: appId,
    azp: appId,
    azpacr: '0',
    idtyp: 'user',
    ...identity(grant),
    ...(user.upn === undefined ? {} : { upn: user.upn }),
    scp: permissions.join(' '),
  };
}

function identity({ user }: DelegatedGrant): JWTPayload {
  return {
    oid: user.id,
    sub: user.id,
    ...(user.upn === undefined ? {} : { preferred_username: user.upn }),
    ...(user.name === undefined ? {} : { name: user.name }),
  };
}

function sign(
  claims: JWTPayload,
  { lifetimeMs }: Grant,
  { iss, tenantId, nowMs, key, randomUUID }: TokenContext,
): Promise<string> {
  const exp = Math.floor((nowMs + lifetimeMs) / 1000);
  // A token that has expired already was issued before that.
  const iat = Math.min(Math.floor(nowMs / 1000), exp);
  const uti = randomUUID().replaceAll('-', '');
  return new SignJWT({ iss, iat, nbf: iat, exp, tid: tenantId, ver: '2.0', uti, ...claims })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: 'JWT', kid: key.keyId })
    .sign(key.privateKey);
}

/** What Microsoft's clients tell accounts apart by. */
function clientInfo(userId: string, tenantId: string): string {
  return Buffer.from(JSON.stringify({ uid: userId, utid: tenantId })).toString('base64url');
}
