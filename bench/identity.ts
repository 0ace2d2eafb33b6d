import {
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  type JWK,
  SignJWT,
} from 'jose';
import type { TrustedIssuer } from '../src/auth/trusted-issuer.ts';
import { APP, TENANT } from './users.ts';

const ISSUER = `https://issuer.example/${TENANT}/v2.0`;
const AUDIENCE = 'https://graph.microsoft.com';
const ALGORITHM = 'RS256';

/** An issuer of the bench's own: the public key is for the server, the token for the load. */
export interface Identity {
  readonly publicKey: JWK;
  /** An application token of the size and the claims that Entra's have. */
  readonly token: string;
}

export async function createIdentity(): Promise<Identity> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
  const token = await new SignJWT({
    tid: TENANT,
    azp: APP,
    appid: APP,
    azpacr: '1',
    app_displayname: 'Bench',
    idtyp: 'app',
    oid: APP,
    sub: APP,
    ver: '2.0',
    uti: 'b7c1c5d27f0e4f0f8a1c2c5d27f0e4f0',
    roles: ['Presence.Read.All', 'Presence.ReadWrite.All'],
  })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT', kid: 'bench' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setNotBefore('-5 minutes')
    .setExpirationTime('6 hours')
    .sign(privateKey);
  return { publicKey: { ...(await exportJWK(publicKey)), kid: 'bench', alg: ALGORITHM }, token };
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
