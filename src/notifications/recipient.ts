import { constants, type KeyObject, publicEncrypt, X509Certificate } from 'node:crypto';
import type { Recipient } from './encryptor.ts';
import { signatureAlgorithm } from './signature-algorithm.ts';

/** A certificate with a 4096-bit key is some 2 KB of base64; one with many names may be larger. */
const LONGEST_CERTIFICATE = 16_384;
/** Graph: "Set up change notifications that include resource data", creating a certificate. */
const FEWEST_BITS = 2048;
const MOST_BITS = 4096;
/** Encrypting takes time with each bit of the exponent, and what clients can use has 32 at most. */
const LARGEST_EXPONENT = 0xffff_ffffn;

const PEM =
  /^-----BEGIN (?:X509 )?CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END (?:X509 )?CERTIFICATE-----/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Checks a receiver's certificate: X.509 with an RSA key of 2048 to 4096 bits that is in its time at
 * `nowMs`. Who signed it isn't asked, so self-signed ones are fine; but a signature with MD5 isn't taken,
 * nor one with SHA-1 by another than the holder. docs/decisions/0042-resource-data.md.
 *
 * @param certificate base64 of DER, as Graph takes it; PEM and base64 of PEM are understood too
 * @returns what is wrong, as a sentence for the caller, if it can't be used. Never throws.
 */
export function recipientOf(
  certificate: string,
  certificateId: string,
  nowMs: number,
): Recipient | string {
  if (certificate.length > LONGEST_CERTIFICATE) {
    return `encryptionCertificate is ${certificate.length} characters long; ${LONGEST_CERTIFICATE} are the most.`;
  }
  const der = derOf(certificate);
  if (der === undefined) return 'encryptionCertificate is not base64.';
  try {
    const x509 = new X509Certificate(der);
    return (
      complaint(x509, der, nowMs) ?? {
        certificateId,
        thumbprint: x509.fingerprint.replaceAll(':', ''),
        publicKey: String(x509.publicKey.export({ type: 'spki', format: 'pem' })),
      }
    );
  } catch {
    // Whatever OpenSSL can't read: it says why in terms of its own source.
    return 'encryptionCertificate is not an X.509 certificate that can be read.';
  }
}

function derOf(text: string): Buffer | undefined {
  const pem = PEM.exec(text.trim());
  const base64 = (pem?.[1] ?? text).replace(/\s+/g, '');
  if (!BASE64.test(base64)) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  // Once only: what is inside may not be wrapped again.
  const inner = pem === null ? PEM.exec(bytes.toString('latin1').trim())?.[1] : undefined;
  if (inner === undefined) return bytes;
  return Buffer.from(inner, 'base64');
}

function complaint(x509: X509Certificate, der: Buffer, nowMs: number): string | undefined {
  if (x509.raw.length !== der.length) {
    return 'encryptionCertificate must hold one certificate and nothing else.';
  }
  return keyComplaint(x509.publicKey) ?? timeComplaint(x509, nowMs) ?? signatureComplaint(x509);
}

function keyComplaint(key: KeyObject): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type !== 'rsa') {
    return `encryptionCertificate must have an RSA key; this one is ${type ?? 'of an unknown type'}.`;
  }
  const { modulusLength: bits = 0, publicExponent: exponent = 0n } = details ?? {};
  if (bits < FEWEST_BITS || bits > MOST_BITS) {
    return `encryptionCertificate must have an RSA key of ${FEWEST_BITS} to ${MOST_BITS} bits; this one has ${bits}.`;
  }
  if (exponent < 3n || exponent % 2n === 0n || exponent > LARGEST_EXPONENT) {
    return `encryptionCertificate must have an RSA key with an odd public exponent from 3 to ${LARGEST_EXPONENT}.`;
  }
  return isUsable(key) ? undefined : "encryptionCertificate's RSA key can't be used to encrypt.";
}

/** Such as not with an even modulus, which is noticed only then. */
function isUsable(key: KeyObject): boolean {
  try {
    publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, Buffer.alloc(32));
    return true;
  } catch {
    return false;
  }
}

function timeComplaint(x509: X509Certificate, nowMs: number): string | undefined {
  const fromMs = Date.parse(x509.validFrom);
  const toMs = Date.parse(x509.validTo);
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) {
    return 'encryptionCertificate has no valid period of validity.';
  }
  if (nowMs < fromMs) {
    return `encryptionCertificate is not valid before ${new Date(fromMs).toISOString()}.`;
  }
  if (nowMs > toMs) return `encryptionCertificate expired at ${new Date(toMs).toISOString()}.`;
  return undefined;
}

function signatureComplaint(x509: X509Certificate): string | undefined {
  const algorithm = signatureAlgorithm(x509.raw);
  if (algorithm === undefined) return 'encryptionCertificate is not in DER.';
  const weak = algorithm === 'MD5' || (algorithm === 'SHA-1' && x509.issuer !== x509.subject);
  return weak ? `encryptionCertificate is signed with ${algorithm}, which is too weak.` : undefined;
}
