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

/** Where a key is kept, as text that nobody else may read. */
export interface KeyPlace {
  /** For people: the file, or what else it is. */
  readonly name: string;
  /** Undefined when there is none yet. */
  read(): Promise<string | undefined>;
  /** Unless somebody else has written one meanwhile. */
  write(text: string): Promise<void>;
}

/**
 * The key that tokens of ours are signed with. Kept in the file at `place`, readable by its owner only, or
 * in another place, so that tokens outlive a restart; made on first use, or each time if `place` is null.
 * Rejects when it holds no such key.
 */
export async function openSigningKey(place: string | KeyPlace | null): Promise<SigningKey> {
  if (place === null) return signingKey(await newJwk());
  const { name, read, write } = typeof place === 'string' ? keyFile(place) : place;
  if ((await read()) === undefined) await write(`${JSON.stringify(await newJwk(), null, 2)}\n`);
  // Read back also when it is new: of servers that start at the same time one has written it.
  const kept = (await read()) ?? '';
  try {
    return await signingKey(JSON.parse(kept) as JWK);
  } catch (cause) {
    throw new Error(
      `${name}: this is not a private RSA key as a JWK; delete it to have a new one made`,
      { cause },
    );
  }
}

/** A key in a file of its own. */
export function keyFile(path: string): KeyPlace {
  return {
    name: path,
    read: () => readKeptFile(path),
    write: (text) => writeKeptFile(path, text, SECRET_MODE),
  };
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
