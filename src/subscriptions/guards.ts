import type { Clock } from '../clock.ts';
import { createDocumentTail } from '../presence/document-tail.ts';
import type { DocumentEdit, DocumentStore } from '../store/store.ts';

/**
 * One document for each application that ever subscribed, under `{tenantId}/{appId}`: the id of its last new
 * subscription.
 */
const GUARDS = 'subscription-apps';

/**
 * Makes two creations of one application collide, on whichever servers: each of them replaces what it found
 * in the application's guard. What one may have is a matter of all its subscriptions, so a condition on the
 * new document alone wouldn't do.
 */
export interface Guards {
  /**
   * The edit that goes into the write of a new subscription. To be asked for before it is looked whether
   * there is room: only then whatever that look missed makes the write fail.
   */
  edit(app: string, subscriptionId: string): DocumentEdit;
  /** Resolves when all that was written before the call is known here. Rejects with StoreUnavailable. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export interface GuardsParts {
  readonly documents: DocumentStore;
  readonly steadyClock: Clock;
  /** Told when the documents can't be read. */
  readonly onError: (error: unknown) => void;
}

export function createGuards({ documents, steadyClock, onError }: GuardsParts): Guards {
  const known = new Map<string, string>();
  const tail = createDocumentTail({
    documents,
    collection: GUARDS,
    steadyClock,
    onPut: (app, text) => known.set(app, text),
    onRemoved: (app) => known.delete(app),
    onError,
  });

  return {
    edit: (app, subscriptionId) => ({
      collection: GUARDS,
      id: app,
      text: subscriptionId,
      was: known.get(app) ?? null,
    }),
    settled: tail.settled,
    stop: tail.stop,
  };
}
