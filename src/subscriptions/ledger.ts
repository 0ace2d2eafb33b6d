import type { DocumentStore } from '../store/store.ts';
import type { Prepared } from './courier.ts';
import type { Registry } from './registry.ts';
import { SUBSCRIPTIONS, storedText } from './stored-form.ts';
import type { Subscription } from './subscription.ts';

/**
 * Keeps subscriptions: on disk first, together with what has to happen with them, then in memory. When
 * it can't be kept, nothing has happened.
 */
export interface Ledger {
  /** Rejects with StoreUnavailable. */
  put(subscription: Subscription, ...prepared: readonly Prepared[]): Promise<void>;
  /** Rejects with StoreUnavailable. */
  remove(subscription: Subscription, ...prepared: readonly Prepared[]): Promise<void>;
}

export interface LedgerParts {
  readonly documents: DocumentStore;
  readonly registry: Registry;
  /** Told of what was put. */
  readonly onPut: (subscription: Subscription) => void;
  /** Told of what was removed. */
  readonly onRemoved: (id: string) => void;
}

export function createLedger({ documents, registry, onPut, onRemoved }: LedgerParts): Ledger {
  async function write(id: string, text: string | undefined, prepared: readonly Prepared[]) {
    await documents.write([
      { collection: SUBSCRIPTIONS, id, text },
      ...prepared.flatMap(({ edits }) => edits),
    ]);
  }

  return {
    async put(subscription, ...prepared) {
      await write(subscription.id, storedText(subscription), prepared);
      registry.put(subscription);
      for (const each of prepared) each.apply();
      onPut(subscription);
    },

    async remove({ id }, ...prepared) {
      await write(id, undefined, prepared);
      registry.remove(id);
      for (const each of prepared) each.apply();
      onRemoved(id);
    },
  };
}
