import type { Clock } from '../clock.ts';
import type { DocumentChanges, DocumentStore, Revision } from '../store/store.ts';
import { createLookout } from './lookout.ts';

/**
 * Tells what becomes of the documents of a collection, by whichever server: first all there are, then each
 * change.
 */
export interface DocumentTail {
  /**
   * Resolves once everything written before the call has been told. Rejects with StoreUnavailable when it
   * can't be read now, though reading goes on; and when the tail is stopped before.
   */
  settled(): Promise<void>;
  /** Reads no further, and tells nothing more; resolves when nothing is under way. */
  stop(): Promise<void>;
}

/** What was told last, text by id. */
export interface ToldDocuments {
  get(id: string): string | undefined;
  set(id: string, text: string): unknown;
  delete(id: string): unknown;
  keys(): Iterable<string>;
}

export interface DocumentTailParts {
  readonly documents: DocumentStore;
  readonly collection: string;
  /** As a lookout's. */
  readonly steadyClock: Clock;
  /**
   * Where it is remembered what was told: for a listener that could say so itself, and has no memory to
   * spare for each text once more. A map by default.
   */
  readonly told?: ToldDocuments;
  /** Told of a document that is new, or whose text isn't the one told before. */
  readonly onPut: (id: string, text: string) => void;
  /** Told of one that is gone; never of one that wasn't told. */
  readonly onRemoved: (id: string) => void;
  /** Told when reading or one of the listeners fails. Reading goes on a second later, telling at once. */
  readonly onError: (error: unknown) => void;
}

/**
 * Reads at once, and until it is stopped. A document that was changed twice between two looks is told once.
 */
export function createDocumentTail(parts: DocumentTailParts): DocumentTail {
  const { documents, collection, steadyClock, onPut, onRemoved, onError } = parts;
  const told: ToldDocuments = parts.told ?? new Map<string, string>();
  let revision: Revision | undefined;
  let isStopped = false;

  async function look(): Promise<void> {
    const changes = await documents.since(collection, revision);
    if (isStopped) return;
    for (const id of goneWithoutWord(changes)) tell(id, undefined);
    for (const [id, text] of changes.documents) tell(id, text);
    revision = changes.revision;
  }

  /** After a gap in what the store remembers: what isn't there any more. */
  function goneWithoutWord({ isWhole, documents: found }: DocumentChanges): string[] {
    return isWhole ? [...told.keys()].filter((id) => !found.has(id)) : [];
  }

  function tell(id: string, text: string | undefined): void {
    if (isStopped || told.get(id) === text) return;
    try {
      if (text === undefined) {
        told.delete(id);
        onRemoved(id);
      } else {
        told.set(id, text);
        onPut(id, text);
      }
    } catch (error) {
      onError(error);
    }
  }

  const lookout = createLookout({ steadyClock, look, onError });
  const ignore = documents.onWritten(lookout.hint);

  return {
    settled: lookout.settled,

    stop() {
      isStopped = true;
      ignore();
      return lookout.stop();
    },
  };
}
