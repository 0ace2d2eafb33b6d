import { invalidArgument } from '../../graph/error.ts';
import type { Subscription } from '../subscription.ts';
import { certificateOf } from './creation.ts';
import { checkEncryption, DELIVERY, type RuleTerms, urlField } from './fields.ts';
import { checkLifecycle, parseExpiration } from './lifetime.ts';

type Text = string | null | undefined;

/** The body of a PATCH (Graph, "Update subscription"). */
export interface RenewalRequest {
  readonly expirationDateTime?: Text;
  readonly notificationUrl?: Text;
  readonly encryptionCertificate?: Text;
  readonly encryptionCertificateId?: Text;
  readonly [field: string]: unknown;
}

const UPDATABLE = [
  'expirationDateTime',
  'notificationUrl',
  'encryptionCertificate',
  'encryptionCertificateId',
];

/** Told by the server and sent back by clients that PATCH what they got. */
const READ_ONLY = ['id', 'applicationId', 'creatorId'];

/** What a PATCH may change of a subscription. */
export type Renewal = Pick<
  Subscription,
  'expiresMs' | 'notificationUrl' | 'encryptionCertificate' | 'encryptionCertificateId'
>;

/**
 * What `current` becomes by a PATCH, before its token and the time of it.
 * @throws GraphError 400 naming the first field that is wrong, or can't be changed
 */
export function renewalOf(
  request: RenewalRequest,
  current: Subscription,
  terms: RuleTerms,
): Renewal {
  const { expirationDateTime, notificationUrl } = request;
  for (const [field, value] of Object.entries(request)) {
    if (value === null || value === undefined || UPDATABLE.includes(field)) continue;
    if (READ_ONLY.includes(field) || (field.includes('@') && field !== DELIVERY)) {
      continue;
    }
    const name = field.charAt(0).toUpperCase() + field.slice(1);
    throw invalidArgument(
      `[${name}]: can't be changed; delete the subscription and create another. Changeable: ${UPDATABLE.join(', ')}.`,
    );
  }
  if ((expirationDateTime ?? notificationUrl ?? null) === null) {
    // The real service's words.
    throw invalidArgument(
      "Subscription must contain either the 'expirationDateTime' or 'notificationUrl' property and its value.",
    );
  }
  const { nowMs, additions } = terms;
  const expiresMs =
    typeof expirationDateTime === 'string'
      ? parseExpiration(expirationDateTime, nowMs, additions)
      : current.expiresMs;
  checkLifecycle(expiresMs - nowMs, current.lifecycleNotificationUrl);
  const given = certificateOf(request);
  const renewal: Renewal = {
    expiresMs,
    notificationUrl:
      typeof notificationUrl === 'string'
        ? urlField(notificationUrl, 'NotificationUrl', terms)
        : current.notificationUrl,
    encryptionCertificate: given.encryptionCertificate ?? current.encryptionCertificate,
    encryptionCertificateId: given.encryptionCertificateId ?? current.encryptionCertificateId,
  };
  if (given.encryptionCertificate !== null || given.encryptionCertificateId !== null) {
    checkEncryption({ ...renewal, includeResourceData: current.includeResourceData }, terms);
  }
  return renewal;
}
