import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recipientOf } from '../../src/notifications/recipient.ts';
import {
  certificateWith,
  DAY_MS,
  type Differing,
  NOW_MS,
  openssl,
  opensslCertificate,
  publicKey,
  rsaLookalike,
} from './certificates.ts';

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

const check = (certificate: string, nowMs = NOW_MS) => recipientOf(certificate, 'mine', nowMs);
const checkWith = (differing: Differing) => check(base64(certificateWith(differing)));

describe('a certificate is taken', () => {
  it('with its id, thumbprint and public key', () => {
    const der = certificateWith();
    expect(check(base64(der))).toEqual({
      certificateId: 'mine',
      thumbprint: createHash('sha1').update(der).digest('hex').toUpperCase(),
      publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    });
  });

  it.each(['rsa:2048', 'rsa:3072', 'rsa:4096'])('as openssl makes it with %s', async (kind) => {
    const { der, pem } = await opensslCertificate('-newkey', kind);
    const printed = await openssl(
      ['x509', '-noout', '-fingerprint', '-sha1', '-pubkey'],
      Buffer.from(pem),
    );
    const [, thumbprint = ''] = /Fingerprint=(\S+)/.exec(printed.toString()) ?? [];
    const recipient = check(base64(der), Date.now());
    expect(recipient).toMatchObject({ thumbprint: thumbprint.replaceAll(':', '') });
    expect(printed.toString()).toContain((recipient as { publicKey: string }).publicKey);
  });

  it('in every wrapping that clients send', async () => {
    const der = certificateWith();
    const pem = (await openssl(['x509', '-inform', 'DER'], der)).toString();
    const plain = check(base64(der));
    expect(plain).toHaveProperty('thumbprint');
    const lines = base64(der).replace(/.{64}/g, '$&\r\n');
    for (const wrapped of [lines, ` ${lines}\n`, pem, `\n${pem}`, base64(Buffer.from(pem))]) {
      expect(check(wrapped)).toEqual(plain);
    }
    expect(check(base64(der).replace(/=+$/, ''))).toEqual(plain);
  });

  it.each([
    ['on its first second', -DAY_MS],
    ['on its last second', DAY_MS],
  ])('%s', (_, offsetMs) => {
    expect(check(base64(certificateWith()), NOW_MS + offsetMs)).toHaveProperty('thumbprint');
  });

  it('with an exponent of 3', () => {
    const key = rsaLookalike({ exponent: Buffer.of(3) });
    expect(checkWith({ publicKey: key })).toHaveProperty('thumbprint');
  });

  it('signed by somebody else, who is not asked for', () => {
    expect(checkWith({ issuer: 'a stranger' })).toHaveProperty('thumbprint');
  });

  it('signed with SHA-1 by its holder', async () => {
    const { der } = await opensslCertificate('-newkey', 'rsa:2048', '-sha1');
    expect(check(base64(der), Date.now())).toHaveProperty('thumbprint');
  });
});

describe('a certificate is refused', () => {
  it.each([
    ['not base64', 'https://example.com/certificate'],
    ['empty', ''],
    ['base64url', '_-_-_-_-'],
    ['an open PEM', '-----BEGIN CERTIFICATE-----\nMIIB'],
  ])('that is %s', (_, text) => {
    expect(check(text)).toBe('encryptionCertificate is not base64.');
  });

  it('that is too long to be one', () => {
    expect(check('A'.repeat(16_385))).toBe(
      'encryptionCertificate is 16385 characters long; 16384 are the most.',
    );
  });

  it('that is something else in base64', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const others = [
      Buffer.from('hello'),
      privateKey.export({ type: 'pkcs8', format: 'der' }),
      createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
      Buffer.alloc(1000),
    ];
    for (const other of others) {
      expect(check(base64(other))).toBe(
        'encryptionCertificate is not an X.509 certificate that can be read.',
      );
    }
  });

  it('with more behind it', () => {
    const der = certificateWith();
    expect(check(base64(Buffer.concat([der, der])))).toBe(
      'encryptionCertificate must hold one certificate and nothing else.',
    );
  });

  it.each([
    [1024, 'this one has 1024'],
    [2040, 'this one has 2040'],
    [4104, 'this one has 4104'],
    [8192, 'this one has 8192'],
    [88_000, 'this one has 88000'],
  ])('with a key of %i bits', (bits, said) => {
    const answer = checkWith({ publicKey: rsaLookalike({ bits }) });
    expect(answer).toContain('RSA key of 2048 to 4096 bits');
    expect(answer).toContain(said);
  });

  it.each([
    ['P-256', 'ec', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
    ['Ed25519', 'ed25519', () => generateKeyPairSync('ed25519').publicKey],
    [
      'RSA that may only sign',
      'rsa-pss',
      () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey,
    ],
  ])('with a key of %s', (_, type, makeKey) => {
    expect(checkWith({ publicKey: makeKey() })).toBe(
      `encryptionCertificate must have an RSA key; this one is ${type}.`,
    );
  });

  it.each([
    ['of one, which encrypts nothing', Buffer.of(1)],
    ['that is even', Buffer.of(1, 0, 0)],
    ['of 33 bits', Buffer.of(1, 0, 0, 0, 1)],
    ['as large as the modulus, which takes long', Buffer.alloc(255, 0xff)],
  ])('with an exponent %s', (_, exponent) => {
    expect(checkWith({ publicKey: rsaLookalike({ exponent }) })).toContain('public exponent');
  });

  it('with a modulus that nothing can be encrypted for', () => {
    expect(checkWith({ publicKey: rsaLookalike({ evenModulus: true }) })).toBe(
      "encryptionCertificate's RSA key can't be used to encrypt.",
    );
  });

  it('once it has expired', () => {
    expect(check(base64(certificateWith()), NOW_MS + DAY_MS + 1)).toBe(
      'encryptionCertificate expired at 2026-11-22T08:00:00.000Z.',
    );
  });

  it('before it is valid', () => {
    expect(check(base64(certificateWith()), NOW_MS - DAY_MS - 1)).toBe(
      'encryptionCertificate is not valid before 2026-11-20T08:00:00.000Z.',
    );
  });

  it('signed with MD5', async () => {
    const { der } = await opensslCertificate('-newkey', 'rsa:2048', '-md5');
    expect(check(base64(der), Date.now())).toBe(
      'encryptionCertificate is signed with MD5, which is too weak.',
    );
  });

  it.each(['1.2.840.113549.1.1.5', '1.2.840.10045.4.1', '1.2.840.10040.4.3', '1.3.14.3.2.29'])(
    'signed with SHA-1 (%s) by another than its holder',
    (algorithm) => {
      expect(checkWith({ algorithm, issuer: 'a stranger' })).toBe(
        'encryptionCertificate is signed with SHA-1, which is too weak.',
      );
    },
  );
});

describe('hostile bytes', () => {
  const der = certificateWith();

  it('cut off at any length are refused', () => {
    for (let length = 0; length < der.length; length++) {
      expect(check(base64(der.subarray(0, length))), `${length} bytes`).toBeTypeOf('string');
    }
  });

  it('with any one byte changed are refused or a certificate that can be encrypted for', () => {
    for (let at = 0; at < der.length; at++) {
      for (const change of [0x01, 0x80, 0xff]) {
        const changed = Buffer.from(der);
        changed[at] = (changed[at] ?? 0) ^ change;
        expect(() => check(base64(changed)), `byte ${at}`).not.toThrow();
      }
    }
  });

  it('of any kind are answered, and soon', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      // Pieces of the real one in any order get further.
      fc
        .array(fc.tuple(fc.nat(der.length), fc.nat(40)), { maxLength: 40 })
        .map((cuts) => Buffer.concat(cuts.map(([at, size]) => der.subarray(at, at + size)))),
      fc
        .array(fc.tuple(fc.nat(der.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
        .map((changes) => {
          const changed = Buffer.from(der);
          for (const [at, byte] of changes) changed[at] = byte;
          return changed;
        }),
    );
    fc.assert(
      fc.property(bytes, (hostile) => {
        const startedMs = performance.now();
        const answer = check(base64(hostile));
        expect(typeof answer === 'string' || answer.publicKey.includes('PUBLIC KEY')).toBe(true);
        expect(performance.now() - startedMs).toBeLessThan(1000);
      }),
      { numRuns: 2000 },
    );
  });

  it('as text are answered', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(check(text)).toBeTypeOf('string');
        expect(check(`-----BEGIN CERTIFICATE-----${text}-----END CERTIFICATE-----`)).toBeTypeOf(
          'string',
        );
      }),
    );
  });

  it('that make the reader go back and forth take no time', () => {
    const startedMs = performance.now();
    for (const text of [
      '-----BEGIN CERTIFICATE-----'.repeat(600),
      `-----BEGIN CERTIFICATE-----${' '.repeat(16_000)}`,
      ' '.repeat(16_384),
      '='.repeat(16_384),
    ]) {
      expect(check(text)).toBeTypeOf('string');
    }
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });
});
