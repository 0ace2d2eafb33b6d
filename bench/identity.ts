import {
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';
import type { TrustedIssuer } from '../src/auth/trusted-issuer.ts';
import { APP, TENANT } from './users.ts';

const ISSUER = `https://issuer.example/${TENANT}/v2.0`;
const AUDIENCE = 'https://graph.microsoft.com';
const ALGORITHM = 'RS256';

/** An issuer of the bench's own: the public key is for the server, the tokens for the load. */
export interface Identity {
  readonly publicKey: JWK;
  /** An application token of the size and the claims that Entra's have. */
  readonly token: string;
  /** A token of a signed-in user, who may read everybody's presence and write their own. */
  tokenOf(userId: string): Promise<string>;
}

export async function createIdentity(): Promise<Identity> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
  const sign = (claims: JWTPayload) =>
    new SignJWT({
      tid: TENANT,
      azp: APP,
      appid: APP,
      azpacr: '1',
      app_displayname: 'Bench',
      ver: '2.0',
      uti: 'b7c1c5d27f0e4f0f8a1c2c5d27f0e4f0',
      ...claims,
    })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: 'bench' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setNotBefore('-5 minutes')
      .setExpirationTime('6 hours')
      .sign(privateKey);
  return {
    publicKey: { ...(await exportJWK(publicKey)), kid: 'bench', alg: ALGORITHM },
    token: await sign({
      idtyp: 'app',
      oid: APP,
      sub: APP,
      roles: ['Presence.Read.All', 'Presence.ReadWrite.All'],
    }),
    tokenOf: (userId) =>
      sign({
        idtyp: 'user',
        oid: userId,
        sub: userId,
        scp: 'Presence.Read.All Presence.ReadWrite',
      }),
  };
}

/** The issuer as the server trusts it. */
export function trustedIssuer(publicKey: JWK): TrustedIssuer {
  const keys: JSONWebKeySet = { keys: [publicKey] };
  return {
    name: ISSUER,
    tenantId: TENANT,
    audiences: [AUDIENCE],
    matches: (iss) => iss === ISSUER,
    keys: createLocalJWKSet(keys),
  };
}
