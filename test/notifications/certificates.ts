import { execFile } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NULL, objectId, sequence } from '../../src/auth/dev-certificates/der.ts';
import { signedCertificate } from '../../src/auth/dev-certificates/signed-certificate.ts';
import { temporaryFolder } from '../program.ts';

export const NOW_MS = Date.parse('2026-11-21T08:00:00Z');
export const DAY_MS = 24 * 3_600_000;

const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';
const signingKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
export const publicKey = createPublicKey(signingKey);

export interface Differing {
  readonly publicKey?: KeyObject;
  /** Object identifier; the signature itself is nobody's. */
  readonly algorithm?: string;
  readonly issuer?: string;
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
}

/** A certificate such as an honest maker would write, but for what differs. DER. */
export function certificateWith(differing: Differing = {}): Buffer {
  const { algorithm = SHA256_WITH_RSA, ...rest } = differing;
  return signedCertificate({
    subject: 'receiver',
    issuer: 'receiver',
    publicKey,
    signingKey,
    notBeforeMs: NOW_MS - DAY_MS,
    notAfterMs: NOW_MS + DAY_MS,
    algorithm: sequence(objectId(algorithm), NULL),
    extensions: [],
    ...rest,
  });
}

export interface Numbers {
  readonly bits?: number;
  readonly exponent?: Buffer;
  readonly evenModulus?: boolean;
}

/** Numbers that look like an RSA key and aren't one, to spare the time of finding primes. */
export function rsaLookalike({
  bits = 2048,
  exponent = Buffer.of(1, 0, 1),
  evenModulus = false,
}: Numbers): KeyObject {
  const modulus = randomBytes(bits / 8);
  modulus[0] = 0xc0;
  modulus[modulus.length - 1] = evenModulus ? 0x10 : 0x11;
  const [n, e] = [modulus.toString('base64url'), exponent.toString('base64url')];
  return createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' });
}

export async function openssl(args: readonly string[], input?: Buffer): Promise<Buffer> {
  const running = promisify(execFile)('openssl', args, { encoding: 'buffer' });
  running.child.stdin?.end(input);
  return (await running).stdout;
}

/** A self-signed certificate and its key as `openssl req` makes them. DER and PEM. */
export async function opensslCertificate(
  ...options: readonly string[]
): Promise<{ der: Buffer; pem: string; keyPem: string; keyPath: string }> {
  const keyPath = join(temporaryFolder(), 'key.pem');
  const pem = await openssl([
    ...['req', '-x509', '-nodes', '-days', '2', '-subj', '/CN=receiver', '-keyout', keyPath],
    ...options,
  ]);
  const der = await openssl(['x509', '-outform', 'DER'], pem);
  return { der, pem: pem.toString('utf8'), keyPem: readFileSync(keyPath, 'utf8'), keyPath };
}

/** A file that is gone after the tests. */
export function fileOf(content: string | Uint8Array): string {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, content);
  return path;
}
