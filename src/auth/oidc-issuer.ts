import type { JSONWebKeySet } from 'jose';
import { type Clock, systemClock } from '../clock.ts';
import { isGuid } from '../graph/guid.ts';
import { isLoopback } from '../graph/loopback.ts';
import { fetchJson } from './fetch-json.ts';
import { type Readiness, remoteKeys } from './remote-keys.ts';
import type { ClaimNames, TrustedIssuer } from './trusted-issuer.ts';

export interface OidcIssuerOptions {
  /** The issuer as its tokens say it in `iss`, character by character. */
  readonly issuer: string;
  /** GUID of the tenant its callers belong to. */
  readonly tenantId: string;
  /** What a token must say in `aud`; one of these is enough. */
  readonly audiences: readonly string[];
  readonly claims?: ClaimNames;
  readonly fetch?: typeof globalThis.fetch;
  /** How long each request to the issuer may take, in ms. 5000 by default. */
  readonly timeoutMs?: number;
  /** Paces the requests. The machine's by default: the network knows no other time. */
  readonly clock?: Clock;
}

export interface OidcIssuer extends TrustedIssuer {
  /** Whether its tokens can be checked now. Never rejects. */
  ready(): Promise<Readiness>;
}

/**
 * Trusts an OpenID provider, by the keys its discovery document leads to. Nothing is fetched before
 * the first token. Throws a `TypeError` that names the option at fault.
 */
export function oidcIssuer(options: OidcIssuerOptions): OidcIssuer {
  const { issuer, tenantId, audiences, claims, clock = systemClock } = options;
  const { fetch = globalThis.fetch, timeoutMs = 5000 } = options;
  if (!isGuid(tenantId)) throw new TypeError(`tenantId ${JSON.stringify(tenantId)} is not a GUID`);
  if (audiences.length === 0) throw new TypeError('audiences is empty, so no token could be taken');
  // Entra's v1 issuers end with a slash, and the slash isn't doubled.
  const discoveryUrl = safeUrl(
    `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    'issuer',
  );

  async function load(): Promise<JSONWebKeySet> {
    const discovered = await fetchJson(discoveryUrl, { fetch, timeoutMs });
    if (discovered.issuer !== issuer) {
      throw new Error(
        `${discoveryUrl.href}: it says its issuer is ${JSON.stringify(discovered.issuer)}, configured is ${JSON.stringify(issuer)}`,
      );
    }
    const keysUrl = safeUrl(String(discovered.jwks_uri), 'jwks_uri');
    if (discoveryUrl.protocol === 'https:' && keysUrl.protocol !== 'https:') {
      throw new Error(`jwks_uri ${keysUrl.href} leaves https`);
    }
    // That these are keys is checked where they are taken in.
    return (await fetchJson(keysUrl, { fetch, timeoutMs })) as unknown as JSONWebKeySet;
  }

  const { keys, ready } = remoteKeys({ issuer, load, clock });
  return {
    name: issuer,
    tenantId: tenantId.toLowerCase(),
    audiences,
    ...(claims === undefined ? {} : { claims }),
    matches: (iss) => iss === issuer,
    keys,
    ready,
  };
}

/** Plain HTTP is taken on this machine only: anybody on the way could put in keys of their own. */
function safeUrl(text: string, field: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const safe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url === undefined || !safe) {
    throw new TypeError(`${field} ${JSON.stringify(text)} is not an https address`);
  }
  return url;
}
