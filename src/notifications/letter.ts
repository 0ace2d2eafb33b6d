import { itemFrame, lifecycleItem } from '../graph/notification-json.ts';
import type { DocumentEdit } from '../store/store.ts';
import type { LifecycleEvent, Subscription } from '../subscriptions/subscription.ts';

/** A lifecycle notification on its way. Kept as it will be sent: its subscription may be gone by then. */
export interface Letter {
  /** One of a kind waits at a time for a subscription: `{subscription id}.{event}`. */
  readonly id: string;
  readonly tenantId: string;
  readonly url: string;
  /** JSON of the item. */
  readonly item: string;
  readonly sinceMs: number;
  /** Tells it from the one before under the same id, also within a millisecond. */
  readonly mark: string;
}

/** Documents that every server knows: one for each letter that hasn't arrived, under its id. */
export const LETTERS = 'lifecycle-notifications';

/**
 * What a subscription is to be told; undefined when it named no address for that.
 * @param random at least 0 and below 1
 */
export function letterOf(
  subscription: Subscription,
  event: LifecycleEvent,
  sinceMs: number,
  random: number,
): Letter | undefined {
  const { id, tenantId, lifecycleNotificationUrl: url } = subscription;
  if (url === null) return undefined;
  const item = lifecycleItem(itemFrame(subscription), event);
  const mark = Math.floor(random * 2 ** 48).toString(36);
  return { id: `${id}.${event}`, tenantId, url, item, sinceMs, mark };
}

/** Keeps it until it has arrived. */
export function keepLetter(letter: Letter): DocumentEdit {
  return { collection: LETTERS, id: letter.id, text: JSON.stringify(letter) };
}

export function subscriptionOf({ id }: Letter): string {
  return id.slice(0, id.indexOf('.'));
}
