import { hash } from 'node:crypto';
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { Caller } from './caller.ts';
import { callerOf, quoted, type UserNamed } from './claims.ts';
import { IssuerUnavailable, Unauthenticated } from './errors.ts';
import { refusal } from './refusal.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/**
 * Signatures only the issuer can make. With HS* whoever can check a token can make one, and `none`
 * is no signature; neither is ever taken.
 */
const ALGORITHMS: readonly string[] = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'EdDSA', 'Ed25519'],
];

/** A longer token is refused unread. Entra's stay below 4 KB. */
const LONGEST_TOKEN = 16_384;

/** How long a verified token is taken on trust: bounds how long a key its issuer withdrew still counts. */
const RECHECK_AFTER_MS = 10 * 60_000;

export interface VerifierOptions {
  readonly issuers: readonly TrustedIssuer[];
  readonly clock: Clock;
  /** Verified tokens kept in memory, about 1 KB each; the least recently used goes first. */
  readonly cacheSize?: number;
  /**
   * How far the issuer's clock may be off, in ms. 0 by default: Entra dates `nbf` five minutes back,
   * and most others leave it out.
   */
  readonly clockSkewMs?: number;
  /**
   * Told of each token that was checked and found good, with its claims; not of one that was seen before.
   * The request waits for it, and fails if it throws.
   */
  readonly onVerified?: (caller: Caller, claims: JWTPayload) => void;
  /** Knows users whom their issuer doesn't call by a GUID; by default nobody. */
  readonly userNamed?: UserNamed;
}

export interface TokenVerifier {
  /**
   * Who holds this token. At once for a token seen before, else after checking it.
   *
   * Throws or rejects with `Unauthenticated` (the token is at fault) or `IssuerUnavailable` (its
   * issuer's keys can't be had).
   */
  verify(token: string): Caller | Promise<Caller>;
}

interface Verified {
  readonly caller: Caller;
  readonly notBeforeMs: number;
  readonly expiresMs: number;
  readonly checkedMs: number;
}

/** Checks bearer tokens of the trusted issuers. Only good tokens are remembered, and by hash alone. */
export function createVerifier(options: VerifierOptions): TokenVerifier {
  const { issuers, clock, cacheSize = 10_000, clockSkewMs = 0, onVerified, userNamed } = options;
  const verified = new LRUCache<string, Verified>({ max: cacheSize });
  // Each entry has a request waiting for it, so there are never more of them than open requests.
  const underway = new Map<string, Promise<Caller>>();

  async function check(token: string, key: string): Promise<Caller> {
    const nowMs = clock.nowMs();
    const issuer = issuerOf(token, issuers);
    const payload = await checkedPayload(token, issuer, nowMs, clockSkewMs);
    const caller = callerOf(payload, issuer, userNamed);
    verified.set(key, {
      caller,
      notBeforeMs: (payload.nbf ?? 0) * 1000 - clockSkewMs,
      expiresMs: (payload.exp ?? 0) * 1000 + clockSkewMs,
      checkedMs: nowMs,
    });
    onVerified?.(caller, payload);
    return caller;
  }

  return {
    verify(token) {
      if (token.length > LONGEST_TOKEN) {
        throw new Unauthenticated(
          `The token is ${token.length} characters long; ${LONGEST_TOKEN} are the most.`,
        );
      }
      const key = hash('sha256', token, 'base64');
      const hit = verified.get(key);
      if (hit !== undefined) {
        if (isCurrent(hit, clock.nowMs())) return hit.caller;
        verified.delete(key);
      }
      const shared = underway.get(key);
      if (shared !== undefined) return shared;
      // A check may fail before it waits for anything; `finally` still runs after the entry is set.
      const checking = check(token, key).finally(() => underway.delete(key));
      underway.set(key, checking);
      return checking;
    },
  };
}

/** The clock may have stepped back too: then the token may not be valid yet, or be checked in the future. */
function isCurrent(entry: Verified, nowMs: number): boolean {
  return (
    nowMs < entry.expiresMs &&
    nowMs >= entry.notBeforeMs &&
    Math.abs(nowMs - entry.checkedMs) < RECHECK_AFTER_MS
  );
}

/** What can be told before asking for a key, so that no token makes the server ask for one in vain. */
function issuerOf(token: string, issuers: readonly TrustedIssuer[]): TrustedIssuer {
  const { alg, iss } = peek(token);
  if (alg === undefined || alg.toLowerCase() === 'none') {
    throw new Unauthenticated('The token is not signed.');
  }
  if (!ALGORITHMS.includes(alg)) {
    throw new Unauthenticated(
      `The token is signed with ${quoted(alg)}; accepted: ${ALGORITHMS.join(', ')}.`,
    );
  }
  if (typeof iss !== 'string') throw new Unauthenticated('The token names no issuer (iss).');
  const issuer = issuers.find((trusted) => trusted.matches(iss));
  if (issuer === undefined) {
    throw new Unauthenticated(`The token's issuer ${quoted(iss)} is not a trusted one.`);
  }
  return issuer;
}

function peek(token: string): { alg: string | undefined; iss: unknown } {
  try {
    return { alg: decodeProtectedHeader(token).alg, iss: decodeJwt(token).iss };
  } catch (error) {
    throw new Unauthenticated('The token is not a well-formed JSON Web Token.', { cause: error });
  }
}

async function checkedPayload(
  token: string,
  issuer: TrustedIssuer,
  nowMs: number,
  clockSkewMs: number,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keysOrUnavailable(issuer), {
      algorithms: [...ALGORITHMS],
      currentDate: new Date(nowMs),
      clockTolerance: clockSkewMs / 1000,
      requiredClaims: ['exp', 'aud'],
    });
    return payload;
  } catch (error) {
    throw refusal(error, token, issuer);
  }
}

/** Whatever keeps an issuer's keys from being had is the issuer's fault, not the token's. */
function keysOrUnavailable(issuer: TrustedIssuer): JWTVerifyGetKey {
  return async (header, token) => {
    try {
      return await issuer.keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) throw error;
      if (error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      if (error instanceof IssuerUnavailable) throw error;
      throw new IssuerUnavailable(issuer.name, { cause: error });
    }
  };
}
