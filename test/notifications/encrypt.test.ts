import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encryptContent } from '../../src/notifications/encrypt.ts';
import { fileOf, openssl } from './certificates.ts';
import { CERTIFICATE_ID, decrypt, newRecipient, parse } from './encrypted.ts';

const { recipient, privateKey } = newRecipient();
const PRESENCE = JSON.stringify({ id: 'ada', availability: 'Away', activity: 'Away' });

/** The key of a content, by OpenSSL's own program. */
function opensslKey(dataKey: string, key = privateKey): Promise<Buffer> {
  return openssl(
    [
      ...['pkeyutl', '-decrypt', '-inkey', fileOf(key), '-pkeyopt', 'rsa_padding_mode:oaep'],
      ...['-pkeyopt', 'rsa_oaep_md:sha1', '-pkeyopt', 'rsa_mgf1_md:sha1'],
    ],
    Buffer.from(dataKey, 'base64'),
  );
}

describe('encrypted content', () => {
  it.each([2048, 3072, 4096])('is read by openssl with a key of %i bits', async (bits) => {
    const holder = newRecipient(bits);
    const content = parse(encryptContent(holder.recipient, PRESENCE, randomBytes));
    const data = Buffer.from(content.data, 'base64');

    const key = await opensslKey(content.dataKey, holder.privateKey);
    expect(key).toHaveLength(32);
    const hex = key.toString('hex');
    const hmac = ['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `hexkey:${hex}`, '-binary'];
    expect((await openssl(hmac, data)).toString('base64')).toBe(content.dataSignature);
    const aes = ['enc', '-d', '-aes-256-cbc', '-K', hex, '-iv', hex.slice(0, 32)];
    expect((await openssl(aes, data)).toString('utf8')).toBe(PRESENCE);
  });

  it('is what openssl makes of the same key', () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
    const asked: number[] = [];
    const content = parse(
      encryptContent(recipient, '{"availability":"Away"}', (size) => {
        asked.push(size);
        return key;
      }),
    );
    expect(asked).toEqual([32]);
    expect(content).toEqual({
      // openssl enc -aes-256-cbc -K 000102…1f -iv 000102…0f, and openssl dgst -sha256 of that.
      data: 'QB/CsQP+H0gKXQuYnhd0oFPTU2GuQbcenY2d3qXHc7c=',
      dataSignature: '7uADL0MxMCuZQztrJ5Re9zIxHP9V3mCzibsXFKKWUFU=',
      dataKey: expect.stringMatching(/^[A-Za-z0-9+/]{342}==$/),
      encryptionCertificateId: CERTIFICATE_ID,
      encryptionCertificateThumbprint: recipient.thumbprint,
    });
  });

  it('says nothing twice: each has a key of its own', async () => {
    const contents = Array.from({ length: 20 }, () =>
      parse(encryptContent(recipient, PRESENCE, randomBytes)),
    );
    for (const field of ['data', 'dataKey', 'dataSignature'] as const) {
      expect(new Set(contents.map((content) => content[field])).size).toBe(20);
    }
    const [first, second] = await Promise.all(
      contents.slice(0, 2).map(({ dataKey }) => opensslKey(dataKey)),
    );
    expect(first).not.toEqual(second);
  });

  it('comes back as it was, whatever it says', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plaintext = JSON.stringify(value);
        const content = parse(encryptContent(recipient, plaintext, randomBytes));
        const read = decrypt(content, { certificateId: CERTIFICATE_ID, privateKey });
        expect(JSON.stringify(read)).toBe(plaintext);
      }),
    );
  });

  it('comes back whole at every length around a block', () => {
    for (let length = 0; length <= 50; length++) {
      const text = 'é'.repeat(length);
      const content = parse(encryptContent(recipient, JSON.stringify(text), randomBytes));
      expect(decrypt(content, { certificateId: CERTIFICATE_ID, privateKey })).toBe(text);
    }
  });

  it('is not made with a key that is too short', () => {
    expect(() => encryptContent(recipient, PRESENCE, () => Buffer.alloc(16))).toThrow();
  });
});

describe('a receiver refuses content', () => {
  const holder = { certificateId: CERTIFICATE_ID, privateKey };
  const content = parse(encryptContent(recipient, PRESENCE, randomBytes));
  const flipped = (base64: string, at: number) => {
    const bytes = Buffer.from(base64, 'base64');
    bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1;
    return bytes.toString('base64');
  };

  it('with any bit of its data, its signature or its key changed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('data', 'dataSignature', 'dataKey' as const),
        fc.nat(),
        (field, at) => {
          const changed = { ...content, [field]: flipped(content[field], at) };
          expect(() => decrypt(changed, holder)).toThrow();
        },
      ),
    );
  });

  it('without its signature, or a part of it', () => {
    const part = content.dataSignature.slice(0, 20);
    for (const dataSignature of ['', part]) {
      expect(() => decrypt({ ...content, dataSignature }, holder)).toThrow('signature');
    }
  });

  it('for another certificate', () => {
    expect(() => decrypt(content, { ...holder, certificateId: 'another' })).toThrow(
      `it is encrypted for certificate ${CERTIFICATE_ID}`,
    );
    const stranger = newRecipient();
    expect(() => decrypt(content, { ...holder, privateKey: stranger.privateKey })).toThrow();
  });
});
