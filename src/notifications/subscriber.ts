import { type ItemFrame, itemFrame } from '../graph/notification-json.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import { concernOf } from './concern.ts';
import type { Recipient } from './encryptor.ts';
import { recipientOf } from './recipient.ts';

/** A subscription, with what follows from it for each notification. */
export interface Subscriber {
  readonly subscription: Subscription;
  /** What its items begin with. */
  readonly frame: ItemFrame;
  /** What it wants to hear of, as `changedBy` tells it. */
  readonly concern: number;
  /** Whom its resource data is for; undefined for one without. */
  readonly recipient: Recipient | undefined;
}

export function subscriberOf(subscription: Subscription): Subscriber {
  return {
    subscription,
    frame: itemFrame(subscription),
    concern: concernOf(subscription.properties),
    recipient: recipient(subscription),
  };
}

/** Checked when the subscription was made or changed; the certificate counts as it did then. */
function recipient(subscription: Subscription): Recipient | undefined {
  const { encryptionCertificate, encryptionCertificateId, includeResourceData } = subscription;
  if (!includeResourceData || encryptionCertificate === null) return undefined;
  const { createdMs, renewedMs } = subscription;
  const checkedMs = Math.max(createdMs, renewedMs);
  const found = recipientOf(encryptionCertificate, encryptionCertificateId ?? '', checkedMs);
  return typeof found === 'string' ? undefined : found;
}
