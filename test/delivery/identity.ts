import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

const APPS = [1, 2, 3].map((app) => `0000000a-0000-4000-8000-00000000000${app}`);
const TOKEN_LIFETIME_S = 30 * 86_400;

/** Everybody whose presence is written. */
export const USERS = Array.from(
  { length: 12 },
  (_, user) => `0000000b-0000-4000-8000-0000000000${String(user).padStart(2, '0')}`,
);

/** Whose tokens the server takes. */
export interface Trusted {
  readonly issuer: string;
  readonly audience: string;
  readonly tenantId: string;
  readonly publicJwk: JWK;
}

export interface Identity {
  readonly trusted: Trusted;
  /** By application. */
  readonly tokens: ReadonlyMap<string, string>;
}

/** An issuer of the test's own, and its tokens. */
export async function newIdentity(nowMs: number): Promise<Identity> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const issuer = 'https://issuer.example/';
  const audience = 'https://graph.microsoft.com';
  const tenantId = '11111111-0000-4000-8000-000000000001';
  const roles = ['Presence.ReadWrite.All', 'Presence.Read.All'];
  const nowS = Math.floor(nowMs / 1000);
  const tokens = APPS.map(async (azp) => {
    const token = await new SignJWT({ tid: tenantId, azp, roles, iss: issuer, aud: audience })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + TOKEN_LIFETIME_S)
      .sign(privateKey);
    return [azp, token] as const;
  });
  const publicJwk = await exportJWK(publicKey);
  const trusted = { issuer, audience, tenantId, publicJwk };
  return { trusted, tokens: new Map(await Promise.all(tokens)) };
}
