import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import { readKeptFile, SECRET_MODE, writeKeptFile } from './kept-file.ts';

export const SIGNING_ALGORITHM = 'RS256';

export interface SigningKey {
  readonly keyId: string;
  readonly privateKey: CryptoKey;
  /** As the key set shows it. */
  readonly publicJwk: JWK;
}

/**
 * The key that tokens of ours are signed with. Kept in the file at `path`, readable by its owner only, so
 * that tokens outlive a restart; made on first use, or each time if `path` is null. Rejects when the file
 * holds no such key.
 */
export async function openSigningKey(path: string | null): Promise<SigningKey> {
  if (path === null) return signingKey(await newJwk());
  const kept = await readKeptFile(path);
  if (kept === undefined) {
    const jwk = await newJwk();
    await writeKeptFile(path, `${JSON.stringify(jwk, null, 2)}\n`, SECRET_MODE);
    return signingKey(jwk);
  }
  try {
    return await signingKey(JSON.parse(kept) as JWK);
  } catch (cause) {
    throw new Error(
      `${path}: this is not a private RSA key as a JWK; delete the file to have a new one made`,
      { cause },
    );
  }
}

async function newJwk(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, {
    modulusLength: 2048,
    extractable: true,
  });
  return exportJWK(privateKey);
}

async function signingKey(jwk: JWK): Promise<SigningKey> {
  const { kty, n, e } = jwk;
  const privateKey = await importJWK(jwk, SIGNING_ALGORITHM);
  if (privateKey instanceof Uint8Array || privateKey.type !== 'private' || !n || !e) {
    throw new TypeError('not a private key');
  }
  const publicPart = { kty: kty ?? 'RSA', n, e };
  const keyId = await calculateJwkThumbprint(publicPart);
  const publicJwk = { ...publicPart, kid: keyId, use: 'sig', alg: SIGNING_ALGORITHM };
  return { keyId, privateKey, publicJwk };
}
