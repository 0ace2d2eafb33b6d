import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeEncryptionCertificate } from '../../src/auth/dev-certificates/encryption-certificate.ts';
import { recipientOf } from '../../src/notifications/recipient.ts';
import { fileOf, openssl } from '../notifications/certificates.ts';

/** OpenSSL knows the machine's time and no other. */
const NOW_MS = Date.now();
const made = makeEncryptionCertificate(NOW_MS);
const pem = Buffer.from(made.certificatePem);

describe('a certificate to encrypt for', () => {
  it('passes the strict checks of OpenSSL', async () => {
    const path = fileOf(pem);
    const output = await openssl(['verify', '-x509_strict', '-CAfile', path, path]);
    expect(output.toString()).toMatch(/: OK\s*$/);
  });

  it('is for encrypting keys and data, and for nothing else', async () => {
    const text = (await openssl(['x509', '-noout', '-text'], pem)).toString();
    expect(text).toContain('Signature Algorithm: sha256WithRSAEncryption');
    expect(text).toContain('Public-Key: (2048 bit)');
    expect(text).toMatch(/Key Usage: critical\s+Key Encipherment, Data Encipherment\n/);
    expect(text).toMatch(/Basic Constraints: critical\s+CA:FALSE/);
  });

  it('goes with its key, and has one form in DER and PEM', () => {
    const certificate = new X509Certificate(Buffer.from(made.certificate, 'base64'));
    expect(certificate.checkPrivateKey(createPrivateKey(made.privateKeyPem))).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.toString()).toBe(made.certificatePem);
  });

  it('is taken as a recipient, with the thumbprint that openssl has for it', async () => {
    const printed = await openssl(['x509', '-noout', '-fingerprint', '-sha1'], pem);
    expect(printed.toString().replaceAll(':', '')).toContain(`=${made.thumbprint}\n`);
    expect(recipientOf(made.certificate, 'mine', NOW_MS)).toMatchObject({
      thumbprint: made.thumbprint,
    });
  });

  it('may have a longer key', () => {
    const longer = makeEncryptionCertificate(NOW_MS, { bits: 3072 });
    const { publicKey } = new X509Certificate(longer.certificatePem);
    expect(publicKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 3072 });
  });

  it('lasts a year', () => {
    const { validFrom, validTo } = new X509Certificate(made.certificatePem);
    const lifetimeMs = Date.parse(validTo) - Date.parse(validFrom);
    expect(lifetimeMs).toBe(365 * 24 * 3_600_000);
  });
});
