import type { JWTPayload } from 'jose';
import { isGuid } from '../graph/guid.ts';
import type { Caller } from './caller.ts';
import { Unauthenticated } from './errors.ts';
import { PUBLISHER_APP_ID } from './publisher/app-id.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/** Claims that hold the application's client id: Entra v2, Entra v1, RFC 9068. */
const APP_CLAIMS = ['azp', 'appid', 'client_id'];

/** The last instant that a Date can hold: JSON can spell later ones, even infinity. */
const LATEST_MS = 8.64e15;

/** The object id of a user whom the issuer calls otherwise; undefined for nobody known. */
export type UserNamed = (tenantId: string, name: string) => string | undefined;

/**
 * Who calls, by the claims of a token whose signature and lifetime are already checked. Throws
 * `Unauthenticated` when they name nobody, or somebody of another tenant or for another audience.
 */
export function callerOf(
  payload: JWTPayload,
  issuer: TrustedIssuer,
  userNamed: UserNamed = () => undefined,
): Caller {
  checkAudience(payload, issuer);
  const names = issuer.claims ?? {};

  const tenant = read(payload, names.tenant ?? 'tid');
  if (tenant !== undefined && String(tenant).toLowerCase() !== issuer.tenantId) {
    throw new Unauthenticated(
      `The token is of tenant ${quoted(tenant)}; its issuer is trusted for tenant "${issuer.tenantId}".`,
    );
  }

  const appId = id(payload, names.app === undefined ? APP_CLAIMS : [names.app]);
  // Receivers of notifications hold such tokens, and some are signed with a key that is trusted here.
  if (appId === PUBLISHER_APP_ID) {
    throw new Unauthenticated('The token is a validation token of a change notification.');
  }

  const named = (name: string) => userNamed(issuer.tenantId, name);
  const scopesClaim = names.scopes ?? 'scp';
  const scopes = permissions(payload, scopesClaim);
  return {
    tenantId: issuer.tenantId,
    appId,
    userId: scopes === undefined ? null : userId(payload, names.user ?? 'oid', named),
    permissions: scopes ?? permissions(payload, names.roles ?? 'roles') ?? new Set(),
    expiresMs: Math.min((payload.exp ?? 0) * 1000, LATEST_MS),
  };
}

/** A claim's value as shown in a message: quoted and short, since anybody may have written it. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
  return JSON.stringify(text.length <= 200 ? text : `${text.slice(0, 200)}…`);
}

function checkAudience({ aud, iss = '' }: JWTPayload, issuer: TrustedIssuer): void {
  for (const audience of Array.isArray(aud) ? aud : [aud]) {
    if (typeof audience !== 'string') continue;
    if (issuer.audiences.includes(audience)) return;
    if (issuer.acceptsAudience?.(audience, iss)) return;
  }
  const accepted = issuer.audiences.map(quoted).join(', ');
  throw new Unauthenticated(
    `The token's audience is ${quoted(aud)}; accepted from ${issuer.name}: ${accepted}.`,
  );
}

function id(payload: JWTPayload, claims: readonly string[]): string {
  for (const claim of claims) {
    const value = read(payload, claim);
    if (value === undefined) continue;
    if (typeof value === 'string' && isGuid(value)) return value.toLowerCase();
    throw new Unauthenticated(`The token's ${claim} is ${quoted(value)}, which is not a GUID.`);
  }
  throw new Unauthenticated(`The token has no ${claims.join(' or ')}.`);
}

/** Issuers that have no GUIDs name a user as they do to the directory. */
function userId(
  payload: JWTPayload,
  claim: string,
  named: (name: string) => string | undefined,
): string {
  const value = read(payload, claim);
  const known = typeof value === 'string' && !isGuid(value) ? named(value) : undefined;
  return known ?? id(payload, [claim]);
}

/** Entra writes scopes as one string and roles as an array; other issuers do it the other way round. */
function permissions(payload: JWTPayload, claim: string): ReadonlySet<string> | undefined {
  const value = read(payload, claim);
  if (value === undefined) return undefined;
  const words = typeof value === 'string' ? value.split(' ') : value;
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) {
    return new Set(words.filter((word) => word !== ''));
  }
  throw new Unauthenticated(`The token's ${claim} is neither a string nor an array of strings.`);
}

function read(payload: JWTPayload, claim: string): unknown {
  if (Object.hasOwn(payload, claim)) return payload[claim] ?? undefined;
  let value: unknown = payload;
  for (const name of claim.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value ?? undefined;
}
