import type { Clock } from '../clock.ts';
import { createDocumentTail, type ToldDocuments } from '../presence/document-tail.ts';
import type { DocumentStore } from '../store/store.ts';
import { directoryCollection, parseStoredUser, storedText } from './stored-user.ts';
import type { User } from './user.ts';
import { Users } from './users.ts';

export interface KeptUsersParts {
  readonly documents: DocumentStore;
  readonly tenantId: string;
  readonly steadyClock: Clock;
  /** Whether one that is kept is to be known; all are by default. */
  readonly isKnown?: (user: User) => boolean;
  /** Told when the documents can't be read, or one of them makes no sense: it is passed over. */
  readonly onError: (error: unknown) => void;
}

/** The users of a tenant that are kept as documents, as this server knows them, whichever server wrote them. */
export interface KeptUsers {
  readonly users: Users;
  /** The text of the document of that id; null without one. */
  textOf(id: string): string | null;
  /** Resolves when all that was written before the call is known here. Rejects with StoreUnavailable. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export function createKeptUsers(parts: KeptUsersParts): KeptUsers {
  const { documents, tenantId, steadyClock, isKnown = () => true, onError } = parts;
  const collection = directoryCollection(tenantId);
  const users = new Users();
  // Texts that don't follow from a user who is known: of a document that is damaged, passed over, or was
  // written by a version that spells it otherwise. All others would be kept twice.
  const others = new Map<string, string>();

  function textOf(id: string): string | null {
    const user = users.get(id);
    return others.get(id) ?? (user === undefined ? null : storedText(user));
  }

  function read(id: string, text: string): User | undefined {
    try {
      const user = parseStoredUser(collection, id, text);
      return isKnown(user) ? user : undefined;
    } catch (error) {
      onError(error);
      return undefined;
    }
  }

  const told: ToldDocuments = {
    get: (id) => textOf(id) ?? undefined,
    // It follows from what `onPut` and `onRemoved` do.
    set() {},
    delete() {},
    *keys() {
      yield* others.keys();
      for (let page = users.after('', 1000); page.length > 0; ) {
        for (const { id } of page) if (!others.has(id)) yield id;
        page = users.after(page.at(-1)?.id ?? '', 1000);
      }
    },
  };

  const tail = createDocumentTail({
    documents,
    collection,
    steadyClock,
    told,
    onPut(id, text) {
      const user = read(id, text);
      if (user === undefined) users.remove(id);
      else users.put(user);
      if (user === undefined || storedText(user) !== text) others.set(id, text);
      else others.delete(id);
    },
    onRemoved(id) {
      others.delete(id);
      users.remove(id);
    },
    onError,
  });

  return { users, textOf, settled: tail.settled, stop: tail.stop };
}
