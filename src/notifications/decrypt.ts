import {
  constants,
  createDecipheriv,
  createHmac,
  type KeyObject,
  privateDecrypt,
  timingSafeEqual,
} from 'node:crypto';

const KEY_BYTES = 32;
const IV_BYTES = 16;

/** Graph's `encryptedContent`; bytes are in base64. */
export interface EncryptedContent {
  readonly data: string;
  readonly dataKey: string;
  readonly dataSignature: string;
  readonly encryptionCertificateId: string;
}

/** The certificate in a subscription, and the key that goes with it. */
export interface Holder {
  readonly certificateId: string;
  readonly privateKey: KeyObject;
}

/** Resource data can't be read; the message says why. */
export class Unreadable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Unreadable';
  }
}

/**
 * The resource data of a notification (Graph, "Set up change notifications that include resource data",
 * decrypting). Its signature is checked before anything is made of it.
 * @throws Unreadable saying what is wrong
 */
export function decrypt(
  content: EncryptedContent,
  { certificateId, privateKey }: Holder,
): Readonly<Record<string, unknown>> {
  if (content.encryptionCertificateId !== certificateId) {
    throw new Unreadable(`encrypted for certificate ${content.encryptionCertificateId}, not ours`);
  }
  const key = keyOf(content, privateKey);
  const data = Buffer.from(content.data, 'base64');
  const expected = createHmac('sha256', key).update(data).digest();
  const given = Buffer.from(content.dataSignature, 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new Unreadable('its signature is not that of its data');
  }
  const value = jsonOf(key, data);
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new Unreadable('what was encrypted is not a resource');
}

function keyOf({ dataKey }: EncryptedContent, privateKey: KeyObject): Buffer {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  try {
    const encrypted = Buffer.from(dataKey, 'base64');
    const key = privateDecrypt({ key: privateKey, padding, oaepHash: 'sha1' }, encrypted);
    if (key.length === KEY_BYTES) return key;
  } catch {
    // Told below, without what OpenSSL says of its own source.
  }
  throw new Unreadable('its key is not encrypted for our certificate');
}

/** The IV is the first half of the key, as Graph has it. */
function jsonOf(key: Buffer, data: Buffer): unknown {
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, IV_BYTES));
    const text = Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8');
    return JSON.parse(text);
  } catch {
    throw new Unreadable('what was encrypted is not JSON');
  }
}
