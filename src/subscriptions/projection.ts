import type { Clock } from '../clock.ts';
import { createDocumentTail } from '../presence/document-tail.ts';
import type { DocumentStore } from '../store/store.ts';
import type { Courier } from './courier.ts';
import type { Registry } from './registry.ts';
import { parseStored, SUBSCRIPTIONS } from './stored-form.ts';
import type { Subscription } from './subscription.ts';
import type { Sweeper } from './sweeper.ts';

export interface ProjectionParts {
  readonly documents: DocumentStore;
  readonly steadyClock: Clock;
  readonly registry: Registry;
  readonly sweeper: Pick<Sweeper, 'note' | 'forget'>;
  readonly courier: Pick<Courier, 'put' | 'remove'>;
  /** Told when the documents can't be read, or one of them makes no sense. */
  readonly onError: (error: unknown) => void;
}

/**
 * What is kept, as this server knows it. The one way in: whoever changed a subscription, this server or
 * another, the registry, the sweeper and the courier hear of it from here.
 */
export interface Projection {
  /** The text that a subscription of the registry was read from; null for any other. */
  textOf(subscription: Subscription): string | null;
  /** Resolves when all that was written before the call is known here. Rejects with StoreUnavailable. */
  settled(): Promise<void>;
  /**
   * The first `settled`: takes all that is kept, and rejects with StoreUnusable when some of it makes no
   * sense. What is found damaged later is reported, and what was known of it stays: a server of a later
   * version may have written it, and looks after it.
   */
  load(): Promise<void>;
  stop(): Promise<void>;
}

export function createProjection(parts: ProjectionParts): Projection {
  const { documents, steadyClock, registry, sweeper, courier, onError } = parts;
  const texts = new WeakMap<Subscription, string>();
  let isLoaded = false;
  let damage: unknown;

  function read(id: string, text: string): Subscription | undefined {
    try {
      return parseStored(id, text);
    } catch (error) {
      if (isLoaded) onError(error);
      else damage ??= error;
      return undefined;
    }
  }

  const tail = createDocumentTail({
    documents,
    collection: SUBSCRIPTIONS,
    steadyClock,
    onPut(id, text) {
      const subscription = read(id, text);
      if (subscription === undefined) return;
      texts.set(subscription, text);
      registry.put(subscription);
      sweeper.note(subscription);
      courier.put(subscription);
    },
    onRemoved(id) {
      registry.remove(id);
      sweeper.forget(id);
      courier.remove(id);
    },
    onError,
  });

  return {
    textOf: (subscription) => texts.get(subscription) ?? null,
    settled: tail.settled,

    async load() {
      await tail.settled();
      if (damage !== undefined) throw damage;
      isLoaded = true;
    },

    stop: tail.stop,
  };
}
