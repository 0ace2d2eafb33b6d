import type { JWTVerifyGetKey } from 'jose';

/** Whose tokens are taken, and how to read them. */
export interface TrustedIssuer {
  /** For messages and logs. */
  readonly name: string;
  /** Lower-case GUID. Every caller with a token of this issuer belongs to this tenant. */
  readonly tenantId: string;
  /** A token must name one of these in `aud`, unless `acceptsAudience` takes it. */
  readonly audiences: readonly string[];
  /** Takes audiences beyond the listed: an issuer reachable under several addresses can't list them. */
  acceptsAudience?(audience: string, iss: string): boolean;
  /** Whether a token that says `iss` claims to be of this issuer. The keys prove it. */
  matches(iss: string): boolean;
  /**
   * The key for a token's header. Rejects with jose's `JWKSNoMatchingKey` if the issuer has no such
   * key, with `IssuerUnavailable` if that can't be told now.
   */
  readonly keys: JWTVerifyGetKey;
  readonly claims?: ClaimNames;
}

/**
 * The claims that say who calls, where an issuer doesn't use Entra's names. A name is a claim of the
 * token or a path into one, with dots (`realm_access.roles`).
 */
export interface ClaimNames {
  /** The signed-in user's object id. Entra: `oid`. */
  readonly user?: string;
  /** The application's client id. Entra: `azp` or `appid`. */
  readonly app?: string;
  /** Entra: `tid`. Compared when the token has it. */
  readonly tenant?: string;
  /** Delegated permissions. A token that has this claim is a delegated one. Entra: `scp`. */
  readonly scopes?: string;
  /** Application permissions. Entra: `roles`. */
  readonly roles?: string;
}
