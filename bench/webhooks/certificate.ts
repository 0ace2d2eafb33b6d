import { generateKeyPairSync } from 'node:crypto';
import { NULL, objectId, sequence } from '../../src/auth/dev-certificates/der.ts';
import { signedCertificate } from '../../src/auth/dev-certificates/signed-certificate.ts';

const DAY_MS = 24 * 3_600_000;
const SHA256_WITH_RSA = sequence(objectId('1.2.840.113549.1.1.11'), NULL);

/** A self-signed certificate of a new key of 2048 bits, as a subscription takes it: base64 of DER. */
export function receiversCertificate(): string {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const nowMs = Date.now();
  const der = signedCertificate({
    subject: 'receiver',
    issuer: 'receiver',
    publicKey,
    signingKey: privateKey,
    notBeforeMs: nowMs - DAY_MS,
    notAfterMs: nowMs + DAY_MS,
    algorithm: SHA256_WITH_RSA,
    extensions: [],
  });
  return der.toString('base64');
}
