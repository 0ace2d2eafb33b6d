import type { DocumentEdit, DocumentStore } from '../store/store.ts';
import { SUBSCRIPTIONS, storedText } from './stored-form.ts';
import type { Subscription } from './subscription.ts';

/**
 * Keeps subscriptions, together with what has to happen with them; each write stands on what this server
 * knew, or fails. Resolves when it is kept, and known on this server too. Rejects with DocumentsChanged
 * when it was another's turn, and with StoreUnavailable; then nothing has happened, unless the latter
 * says that it may have.
 */
export interface Ledger {
  /** @param guard the edit that makes creations of its application collide */
  add(subscription: Subscription, guard: DocumentEdit): Promise<void>;
  /** @param current as the registry has it */
  replace(current: Subscription, next: Subscription, also?: readonly DocumentEdit[]): Promise<void>;
  /** @param current as the registry has it */
  remove(current: Subscription, also?: readonly DocumentEdit[]): Promise<void>;
}

export interface LedgerParts {
  readonly documents: DocumentStore;
  /** The text that a subscription of the registry was read from. */
  readonly textOf: (subscription: Subscription) => string | null;
  /** Resolves when what was written before is known on this server. */
  readonly settled: () => Promise<unknown>;
}

export function createLedger({ documents, textOf, settled }: LedgerParts): Ledger {
  async function write(edits: readonly DocumentEdit[]): Promise<void> {
    await documents.write(edits);
    // It is kept, and that is the answer. Where it can't be read at the moment, this server gets to know
    // it once it can; what builds on older knowledge till then is not written.
    await settled().catch(() => {});
  }

  const edit = (id: string, text: string | undefined, was: string | null): DocumentEdit => ({
    collection: SUBSCRIPTIONS,
    id,
    text,
    was,
  });

  return {
    add: (subscription, guard) =>
      write([edit(subscription.id, storedText(subscription), null), guard]),

    replace: (current, next, also = []) =>
      write([edit(current.id, storedText(next), textOf(current)), ...also]),

    remove: (current, also = []) => write([edit(current.id, undefined, textOf(current)), ...also]),
  };
}
