import { generateKeyPairSync } from 'node:crypto';
import type { Recipient } from '../../src/notifications/encryptor.ts';

/** `encryptedContent` of a notification. */
export interface EncryptedContent {
  readonly data: string;
  readonly dataKey: string;
  readonly dataSignature: string;
  readonly encryptionCertificateId: string;
  readonly encryptionCertificateThumbprint: string;
}

/** What the example receiver offers beside its server. */
export interface ReceiverModule {
  decrypt(
    content: EncryptedContent,
    holder: { readonly certificateId: string; readonly privateKey: string },
  ): unknown;
}

const RECEIVER = new URL('../../examples/receiver/receiver.mjs', import.meta.url).href;
export const { decrypt } = (await import(RECEIVER)) as ReceiverModule;

export const CERTIFICATE_ID = 'certificate-1';

/** Somebody to encrypt for, and the key to decrypt with. */
export function newRecipient(bits = 2048): { recipient: Recipient; privateKey: string } {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return {
    recipient: {
      certificateId: CERTIFICATE_ID,
      thumbprint: 'A'.repeat(40),
      publicKey: keys.publicKey,
    },
    privateKey: keys.privateKey,
  };
}

export const parse = (json: string) => JSON.parse(json) as EncryptedContent;
