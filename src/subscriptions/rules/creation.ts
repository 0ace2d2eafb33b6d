import type { Subscription } from '../subscription.ts';
import {
  checkChangeType,
  checkEncryption,
  DELIVERY,
  deliveryMode,
  LONGEST_NAME,
  LONGEST_URL,
  type RuleTerms,
  textField,
  tlsVersion,
  urlField,
} from './fields.ts';
import { checkLifecycle, parseExpiration } from './lifetime.ts';

/** A certificate with a large key is some 2 KB; what is longer is looked at by nobody. */
const LONGEST_CERTIFICATE = 16_384;

type Text = string | null | undefined;

/** The body of a POST (Graph, "Create subscription"). Null means the same as leaving a field out. */
export interface CreationRequest {
  readonly changeType: string;
  readonly notificationUrl: string;
  readonly resource: string;
  readonly expirationDateTime: string;
  readonly lifecycleNotificationUrl?: Text;
  readonly clientState?: Text;
  readonly includeResourceData?: boolean | null | undefined;
  readonly encryptionCertificate?: Text;
  readonly encryptionCertificateId?: Text;
  readonly latestSupportedTlsVersion?: Text;
  readonly notificationQueryOptions?: Text;
  readonly notificationUrlAppId?: Text;
  readonly [DELIVERY]?: unknown;
}

/** What a request settles of a subscription, but for what its resource means. */
export type Creation = Pick<
  Subscription,
  | 'delivery'
  | 'clientState'
  | 'notificationUrl'
  | 'lifecycleNotificationUrl'
  | 'expiresMs'
  | 'includeResourceData'
  | 'encryptionCertificate'
  | 'encryptionCertificateId'
  | 'latestSupportedTlsVersion'
  | 'notificationQueryOptions'
  | 'notificationUrlAppId'
>;

/** @throws GraphError 400 naming the first field that is wrong */
export function creationOf(request: CreationRequest, terms: RuleTerms): Creation {
  checkChangeType(request.changeType);
  const expiresMs = parseExpiration(request.expirationDateTime, terms.nowMs, terms.additions);
  const lifecycle = request.lifecycleNotificationUrl ?? null;
  checkLifecycle(expiresMs - terms.nowMs, lifecycle);
  const creation: Creation = {
    delivery: deliveryMode(request[DELIVERY], terms.additions),
    clientState: textField(request.clientState, 'ClientState', LONGEST_NAME),
    notificationUrl: urlField(request.notificationUrl, 'NotificationUrl', terms),
    lifecycleNotificationUrl:
      lifecycle === null ? null : urlField(lifecycle, 'LifecycleNotificationUrl', terms),
    expiresMs,
    includeResourceData: request.includeResourceData ?? false,
    ...certificateOf(request),
    latestSupportedTlsVersion: tlsVersion(request.latestSupportedTlsVersion),
    notificationQueryOptions: textField(
      request.notificationQueryOptions,
      'NotificationQueryOptions',
      LONGEST_URL,
    ),
    notificationUrlAppId: textField(
      request.notificationUrlAppId,
      'NotificationUrlAppId',
      LONGEST_NAME,
    ),
  };
  checkEncryption(creation, terms);
  return creation;
}

/** The certificate of a request and its name, null where it has none. @throws GraphError 400 */
export function certificateOf({
  encryptionCertificate: certificate,
  encryptionCertificateId: id,
}: {
  readonly encryptionCertificate?: Text;
  readonly encryptionCertificateId?: Text;
}): Pick<Subscription, 'encryptionCertificate' | 'encryptionCertificateId'> {
  return {
    encryptionCertificate: textField(certificate, 'EncryptionCertificate', LONGEST_CERTIFICATE),
    encryptionCertificateId: textField(id, 'EncryptionCertificateId', LONGEST_NAME),
  };
}
