import type { PresenceProperty } from '../graph/presence-json.ts';

/** Whose changes a subscription is about: these users, or everyone of its tenant. */
export type Scope = 'tenant' | readonly string[];

/**
 * What becomes of steps that a receiver was too late for: `latest` keeps the newest of each user,
 * `each` keeps them all.
 */
export type DeliveryMode = 'latest' | 'each';

/** An application's wish to be told of changes, as it is kept. */
export interface Subscription {
  /** Lower-case GUID. */
  readonly id: string;
  readonly tenantId: string;
  readonly appId: string;
  /** Who made it: the signed-in user, or null for an application by itself. */
  readonly userId: string | null;
  /** As it was written in the request. */
  readonly resource: string;
  /** What `resource` means: lower-case object ids, each once. */
  readonly scope: Scope;
  /** A change of any of these notifies; resource data holds these. */
  readonly properties: readonly PresenceProperty[];
  readonly delivery: DeliveryMode;
  readonly clientState: string | null;
  readonly notificationUrl: string;
  readonly lifecycleNotificationUrl: string | null;
  readonly createdMs: number;
  /** When it was last renewed by PATCH; `createdMs` before that. */
  readonly renewedMs: number;
  readonly expiresMs: number;
  /** When a token last made, renewed or reauthorized it. */
  readonly authorizedMs: number;
  /** End of that token: delivery pauses there. */
  readonly authorizedUntilMs: number;
  /**
   * The end (of the token or of the subscription) before which reauthorizationRequired was announced; 0 for
   * none.
   */
  readonly reauthorizationAskedForMs: number;
  readonly includeResourceData: boolean;
  /** The receiver's certificate, base64 of DER as it was sent. */
  readonly encryptionCertificate: string | null;
  readonly encryptionCertificateId: string | null;
  readonly latestSupportedTlsVersion: string | null;
  readonly notificationQueryOptions: string | null;
  readonly notificationUrlAppId: string | null;
  /**
   * The place in the feeds where its delivery begins, as text; never shown. '' stands for the start of the
   * feed as well as for what an earlier version made, which kept the place with its delivery.
   */
  readonly begins: string;
}

/** Graph's lifecycle events. */
export type LifecycleEvent = 'reauthorizationRequired' | 'subscriptionRemoved' | 'missed';

/** How delivery to a subscription goes. */
export interface DeliveryHealth {
  /** `ok`; `retrying` after a failure; Graph's `slow` and `drop`; `paused` once its token has ended. */
  readonly state: 'ok' | 'retrying' | 'slow' | 'drop' | 'paused';
  /** Notifications that wait, as far as they are in memory; more may wait in the feed (`isBehind`). */
  readonly queued: number;
  readonly isBehind: boolean;
  readonly lastSuccessMs: number | null;
  readonly failingSinceMs: number | null;
  /** Why the last attempt failed; null when it didn't. */
  readonly lastFailure: string | null;
  readonly nextAttemptMs: number | null;
  /** Notifications given up since the subscription was made. */
  readonly lost: number;
}
