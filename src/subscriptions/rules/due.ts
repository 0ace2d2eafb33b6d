import { NEVER_MS } from '../../engine/facts.ts';
import type { Subscription } from '../subscription.ts';

/** How long before the end it is announced, where there is time for that. */
const LEAD_MS = 10 * 60_000;

/** When delivery ends if nobody does anything: with the token, or with the subscription. */
export function endMs({ authorizedUntilMs, expiresMs }: Subscription): number {
  return Math.min(authorizedUntilMs, expiresMs);
}

/**
 * When reauthorizationRequired is due: ten minutes before the end, or halfway to it when a token had
 * less than twenty left. Once for each end; never where nobody listens.
 */
export function reauthorizationDueMs(subscription: Subscription): number {
  const { lifecycleNotificationUrl, reauthorizationAskedForMs, authorizedMs } = subscription;
  const end = endMs(subscription);
  if (lifecycleNotificationUrl === null || reauthorizationAskedForMs === end) return NEVER_MS;
  return end - Math.min(LEAD_MS, Math.max(0, (end - authorizedMs) / 2));
}

/** When a subscription next needs looking after. */
export function dueMs(subscription: Subscription): number {
  return Math.min(subscription.expiresMs, reauthorizationDueMs(subscription));
}
