import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { bitString, NULL, objectId, octetString, sequence } from './der.ts';
import { extension, keyIdOf, signedCertificate } from './signed-certificate.ts';

const HOUR_MS = 3_600_000;
const LIFETIME_MS = 365 * 24 * HOUR_MS;
/** Dated back, for a server whose clock is behind. */
const DATED_BACK_MS = HOUR_MS;

const SHA256_WITH_RSA = sequence(objectId('1.2.840.113549.1.1.11'), NULL);

/** What a receiver of resource data has: the certificate goes into its subscriptions, the key stays. */
export interface EncryptionCertificate {
  /** base64 of DER, as `encryptionCertificate` has it. */
  readonly certificate: string;
  readonly certificatePem: string;
  /** PKCS #8, PEM. */
  readonly privateKeyPem: string;
  /** SHA-1 of the certificate, upper-case hex. */
  readonly thumbprint: string;
}

/**
 * A new RSA key and a self-signed certificate for it, good for a year from an hour before `nowMs`. Takes
 * a tenth of a second or several, as RSA keys do.
 *
 * @param options.bits of the key; Graph takes 2048 to 4096
 */
export function makeEncryptionCertificate(
  nowMs: number,
  { bits = 2048 }: { readonly bits?: number } = {},
): EncryptionCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const name = 'Porchlight notifications';
  const notBeforeMs = nowMs - DATED_BACK_MS;
  const der = signedCertificate({
    notBeforeMs,
    notAfterMs: notBeforeMs + LIFETIME_MS,
    subject: name,
    issuer: name,
    publicKey,
    algorithm: SHA256_WITH_RSA,
    signingKey: privateKey,
    extensions: [
      extension('2.5.29.19', sequence(), { critical: true }),
      // keyEncipherment and dataEncipherment: bits 2 and 3.
      extension('2.5.29.15', bitString(Buffer.of(0b0011_0000), 4), { critical: true }),
      // What SubjectPublicKeyInfo has as its bits is the key in PKCS #1.
      extension(
        '2.5.29.14',
        octetString(keyIdOf(publicKey.export({ type: 'pkcs1', format: 'der' }))),
      ),
    ],
  });
  const certificate = new X509Certificate(der);
  return {
    certificate: der.toString('base64'),
    certificatePem: certificate.toString(),
    privateKeyPem: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    thumbprint: certificate.fingerprint.replaceAll(':', ''),
  };
}
