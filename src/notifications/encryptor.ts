/** Whom resource data is encrypted for: a certificate that was checked. */
export interface Recipient {
  /** What the subscription calls its certificate. */
  readonly certificateId: string;
  /** SHA-1 of the certificate, upper-case hex. */
  readonly thumbprint: string;
  /** SubjectPublicKeyInfo, PEM. */
  readonly publicKey: string;
}

/** Encrypts resource data as Graph does (docs/notifications.md). */
export interface Encryptor {
  /** JSON of `encryptedContent` for each plaintext, in their order; a fresh key for each. */
  encrypt(recipient: Recipient, plaintexts: readonly string[]): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Signs what receivers of resource data check: that the notification comes from here. */
export interface ValidationTokens {
  /** A token for an application of a tenant, good for some time yet; the same one again and again. */
  tokenFor(tenantId: string, appId: string): Promise<string>;
}
