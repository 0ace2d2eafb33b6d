import type { EncryptionCertificate } from '../../auth/dev-certificates/encryption-certificate.ts';

/** Graph's longest for presence. */
export const LIFETIME_MS = 60 * 60_000;

/** What is subscribed to, and for whom. */
export interface Wish {
  /** Where the receiver listens. */
  readonly origin: string;
  /** Object ids or user principal names. */
  readonly users: readonly string[];
  readonly clientState: string;
  /** With one, resource data is asked for. */
  readonly encryption?: { readonly certificate: EncryptionCertificate; readonly id: string };
}

/** The body of a POST to /subscriptions. */
export interface SubscriptionRequest {
  readonly notificationUrl: string;
  readonly [field: string]: unknown;
}

/** Asks for changes of the users' presence until an hour from now. */
export function subscriptionBody(
  { origin, users, clientState, encryption }: Wish,
  nowMs: number,
): SubscriptionRequest {
  const ids = users.map(quoted).join(',');
  return {
    changeType: 'updated',
    notificationUrl: `${origin}/notifications`,
    lifecycleNotificationUrl: `${origin}/lifecycle`,
    resource: `communications/presences?$filter=id in (${ids})`,
    expirationDateTime: new Date(nowMs + LIFETIME_MS).toISOString(),
    clientState,
    ...(encryption && {
      includeResourceData: true,
      encryptionCertificate: encryption.certificate.certificate,
      encryptionCertificateId: encryption.id,
    }),
  };
}

/** For a $filter in a query; an @ may stand there as it is, and is easier to read. */
function quoted(user: string): string {
  return `'${encodeURIComponent(user.replaceAll("'", "''")).replaceAll('%40', '@')}'`;
}
