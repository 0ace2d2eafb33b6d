import {
  constants,
  createCipheriv,
  createHmac,
  createPublicKey,
  type KeyObject,
  publicEncrypt,
} from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Recipient } from './encryptor.ts';

const KEY_BYTES = 32;
const IV_BYTES = 16;

/** Reading a key takes three times as long as encrypting with it. A few KB each. */
const publicKeys = new LRUCache<string, KeyObject>({ max: 1024 });

/**
 * JSON of Graph's `encryptedContent` for one plaintext ("Set up change notifications that include
 * resource data"): AES-256-CBC with PKCS #7 padding under a key of its own, whose first 16 bytes are the
 * IV too; HMAC-SHA256 of the ciphertext with the same key; the key by RSA-OAEP with SHA-1 for the
 * recipient. Bytes are in base64.
 *
 * @param randomBytes asked once, for the key
 * @throws if the recipient's `publicKey` isn't one of RSA
 */
export function encryptContent(
  recipient: Recipient,
  plaintext: string,
  randomBytes: (size: number) => Uint8Array,
): string {
  const key = randomBytes(KEY_BYTES);
  // The IV tells nothing new as long as the key is used for this plaintext alone.
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, IV_BYTES));
  const data = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  const dataKey = publicEncrypt(
    {
      key: publicKeyOf(recipient),
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha1',
    },
    key,
  );
  return JSON.stringify({
    data: data.toString('base64'),
    dataKey: dataKey.toString('base64'),
    dataSignature: createHmac('sha256', key).update(data).digest('base64'),
    encryptionCertificateId: recipient.certificateId,
    encryptionCertificateThumbprint: recipient.thumbprint,
  });
}

/** How many random bytes each plaintext takes. */
export const RANDOM_BYTES = KEY_BYTES;

/** Gives out bytes that were asked for in one go: asking for each key costs a quarter of encrypting with it. */
export function outOf(randomness: Uint8Array): (size: number) => Uint8Array {
  let used = 0;
  return (size) => {
    used += size;
    return randomness.subarray(used - size, used);
  };
}

function publicKeyOf({ publicKey: pem }: Recipient): KeyObject {
  const known = publicKeys.get(pem);
  if (known !== undefined) return known;
  const key = createPublicKey(pem);
  publicKeys.set(pem, key);
  return key;
}
