import type { Additions } from '../graph/additions.ts';
import { formatDateTimeOffset } from '../graph/date-time-offset.ts';
import { DELIVERY } from './rules/fields.ts';
import type { Subscription } from './subscription.ts';

/**
 * A subscription as it stands in an answer, without the braces, so that the caller can put an
 * `@odata.context` before it; in the order of the real service, what isn't set as null.
 * @param clientState shown to nobody but whoever has just sent it: it is how receivers know the sender
 */
export function subscriptionJson(
  subscription: Subscription,
  { areAllowed }: Pick<Additions, 'areAllowed'>,
  clientState: string | null = null,
): string {
  const members = {
    id: subscription.id,
    resource: subscription.resource,
    applicationId: subscription.appId,
    changeType: 'updated',
    clientState,
    notificationUrl: subscription.notificationUrl,
    notificationQueryOptions: subscription.notificationQueryOptions,
    lifecycleNotificationUrl: subscription.lifecycleNotificationUrl,
    expirationDateTime: formatDateTimeOffset(subscription.expiresMs),
    creatorId: subscription.userId ?? subscription.appId,
    includeResourceData: subscription.includeResourceData ? true : null,
    latestSupportedTlsVersion: subscription.latestSupportedTlsVersion,
    encryptionCertificate: subscription.encryptionCertificate,
    encryptionCertificateId: subscription.encryptionCertificateId,
    notificationUrlAppId: subscription.notificationUrlAppId,
    ...(areAllowed && { [DELIVERY]: subscription.delivery }),
  };
  return JSON.stringify(members).slice(1, -1);
}
