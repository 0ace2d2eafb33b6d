import type { Clock } from '../clock.ts';
import { createDocumentTail } from '../presence/document-tail.ts';
import type { PresenceStore } from '../store/store.ts';
import type { Courier } from '../subscriptions/courier.ts';
import type { Letter } from './letter.ts';
import type { Notifier } from './notifier.ts';

/** THROWN AWAY when the notifier is a Courier itself: the notifier of one partition, made to look like one. */
export function adaptedCourier(
  notifier: Notifier,
  store: PresenceStore,
  clock: Clock,
  onError: (error: unknown) => void,
): Courier & { stop(): Promise<void> } {
  const posted = new Set<string>();
  const letters = createDocumentTail({
    documents: store.documents,
    collection: 'lifecycle-notifications',
    clock,
    onPut(_, text) {
      if (posted.has(text)) notifier.post(JSON.parse(text) as Letter);
    },
    onRemoved: () => {},
    onError,
  });
  return {
    place: async () => (await store.feedBounds(0)).end,
    put: (subscription) => notifier.put(subscription),
    remove: (id) => notifier.remove(id),
    announce(subscription, event) {
      const { edits } = notifier.announce(subscription, event);
      for (const { text } of edits) if (text !== undefined) posted.add(text);
      return edits;
    },
    health: (id) => notifier.health(id),
    stop: () => letters.stop(),
  };
}
