import {
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTVerifyGetKey,
  SignJWT,
} from 'jose';
import type { TrustedIssuer } from '../../src/auth/trusted-issuer.ts';

export const START_MS = Date.parse('2026-11-21T08:00:00Z');
export const TENANT = '11111111-1111-4111-8111-111111111111';
export const USER = '22222222-2222-4222-8222-222222222222';
export const APP = '33333333-3333-4333-8333-333333333333';
export const AUDIENCE = 'https://graph.microsoft.com';
export const ISS = 'https://login.example/v2.0';

/** Any claims at all, those no issuer would write too. Undefined leaves one out. */
export type Claims = Readonly<Record<string, unknown>>;

/** A key pair that signs tokens, and how its public half is published. */
export interface Signer {
  readonly publicJwk: JWK;
  /** A delegated token that is good for an hour, but for what `claims` say. */
  sign(claims?: Claims, header?: Claims): Promise<string>;
}

export async function createSigner(alg = 'ES256', kid = 'key-1'): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return {
    publicJwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' },
    sign: (claims = {}, header = {}) =>
      new SignJWT({ ...delegatedClaims(), ...claims })
        .setProtectedHeader({ alg, kid, ...header })
        .sign(privateKey),
  };
}

export function delegatedClaims(): Claims {
  return {
    iss: ISS,
    aud: AUDIENCE,
    tid: TENANT,
    oid: USER,
    azp: APP,
    scp: 'Presence.Read Presence.ReadWrite',
    nbf: START_MS / 1000,
    exp: START_MS / 1000 + 3600,
  };
}

/** Trusts the signers' keys; `asked` counts how often a key was looked for. */
export function trusting(
  signers: readonly Signer[],
  differing: Partial<TrustedIssuer> = {},
): TrustedIssuer & { readonly asked: { times: number } } {
  const asked = { times: 0 };
  const pick = createLocalJWKSet({ keys: signers.map(({ publicJwk }) => publicJwk) });
  const keys: JWTVerifyGetKey = (header, token) => {
    asked.times++;
    return pick(header, token);
  };
  return {
    name: ISS,
    tenantId: TENANT,
    audiences: [AUDIENCE],
    matches: (iss) => iss === ISS,
    keys,
    ...differing,
    asked,
  };
}
