import { createHash, timingSafeEqual } from 'node:crypto';
import { authorize } from '../auth/authorize.ts';
import { Unauthenticated } from '../auth/errors.ts';
import { PROVISION_USERS } from '../auth/permissions.ts';
import type { TokenVerifier } from '../auth/verifier.ts';
import { ScimError } from './error.ts';

/** A secret that a provisioning client of a tenant may show. Several of one tenant let it be changed without a gap. */
export interface ProvisioningSecret {
  readonly tenantId: string;
  /** SHA-256 of the secret, hex: whoever reads the configuration doesn't have it. */
  readonly tokenSha256: string;
}

/**
 * For which tenant a request provisions: by a secret, which is all that Entra ID and Okta can send, or by an
 * application's token with the permission.
 * @throws Unauthenticated, IssuerUnavailable, ScimError 403
 */
export type Admit = (authorization: string | undefined) => Promise<string>;

export function createAdmission(
  secrets: readonly ProvisioningSecret[],
  verifier: TokenVerifier,
): Admit {
  const known = secrets.map(({ tenantId, tokenSha256 }) => ({
    tenantId,
    digest: Buffer.from(tokenSha256, 'hex'),
  }));

  return async (authorization) => {
    const token = bearer(authorization);
    const digest = createHash('sha256').update(token).digest();
    // Each is compared whole, so that how long it takes tells nothing.
    const found = known.filter((each) => timingSafeEqual(each.digest, digest));
    if (found[0] !== undefined) return found[0].tenantId;

    const caller = await verifier.verify(token);
    const decision = authorize(PROVISION_USERS, caller, 'many');
    if (!decision.allowed) throw new ScimError(decision.status, decision.message);
    return caller.tenantId;
  };
}

function bearer(authorization: string | undefined): string {
  if (authorization === undefined) throw new Unauthenticated('Access token is missing.');
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
  if (token !== undefined) return token;
  throw new Unauthenticated('The Authorization header must be Bearer, a space, and a token.');
}
