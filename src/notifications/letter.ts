import { itemFrame, lifecycleItem } from '../graph/notification-json.ts';
import type { DocumentEdit, DocumentStore } from '../store/store.ts';
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
}

const COLLECTION = 'lifecycle-notifications';

/** What a subscription is to be told; undefined when it named no address for that. */
export function letterOf(
  subscription: Subscription,
  event: LifecycleEvent,
  sinceMs: number,
): Letter | undefined {
  const { id, tenantId, lifecycleNotificationUrl } = subscription;
  if (lifecycleNotificationUrl === null) return undefined;
  const item = lifecycleItem(itemFrame(subscription), event);
  return { id: `${id}.${event}`, tenantId, url: lifecycleNotificationUrl, item, sinceMs };
}

/** Keeps it until it has arrived. */
export function keepLetter(letter: Letter): DocumentEdit {
  return { collection: COLLECTION, id: letter.id, text: JSON.stringify(letter) };
}

export function forgetLetter({ id }: Letter): DocumentEdit {
  return { collection: COLLECTION, id, text: undefined };
}

/** All that haven't arrived yet. */
export async function readLetters(documents: DocumentStore): Promise<readonly Letter[]> {
  const texts = await documents.all(COLLECTION);
  return Array.from(texts.values(), (text) => JSON.parse(text) as Letter);
}
