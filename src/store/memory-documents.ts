import { DocumentLog } from './document-log.ts';
import { checkCollection, checkEdit } from './document-name.ts';
import { DocumentsChanged, LeaseLost } from './errors.ts';
import { Hints } from './hints.ts';
import type { DocumentStore, Lease } from './store.ts';

/** Documents by collection and id, at a moment. */
export type DocumentsSnapshot = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Documents in this process's memory, for however many servers are in it. */
export class MemoryDocuments {
  readonly #collections: Map<string, ReadonlyMap<string, string>>;
  /** Those that no snapshot has; any other is copied before it is changed. */
  readonly #own = new Map<string, Map<string, string>>();
  readonly #hints = new Hints();
  readonly #log = new DocumentLog('memory');

  /** @param from what others held; empty by default */
  constructor(from: DocumentsSnapshot = new Map()) {
    this.#collections = new Map(from);
  }

  snapshot(): DocumentsSnapshot {
    this.#own.clear();
    return new Map(this.#collections);
  }

  /**
   * One server's view of them.
   * @param mustBeOpen throws once that is closed
   * @param isHeld whether a lease still is its holder's
   */
  view(mustBeOpen: () => void, isHeld: (lease: Lease) => boolean): DocumentStore {
    const documents = (collection: string) => {
      mustBeOpen();
      checkCollection(collection);
      return this.#collections.get(collection) ?? new Map<string, string>();
    };

    return {
      all: async (collection) => sorted(documents(collection)),

      write: async (edits, under) => {
        mustBeOpen();
        for (const edit of edits) checkEdit(edit);
        if (under !== undefined && !isHeld(under)) throw new LeaseLost(under.partition);
        for (const { collection, id, was } of edits) {
          const is = this.#collections.get(collection)?.get(id) ?? null;
          if (was !== undefined && was !== is) throw new DocumentsChanged(collection, id);
        }
        if (edits.length === 0) return;
        for (const { collection, id, text } of edits) this.#put(collection, id, text);
        this.#log.note(edits);
        this.#hints.give();
      },

      since: async (collection, after) => {
        const all = documents(collection);
        const { revision } = this.#log;
        const ids = this.#log.since(collection, after);
        if (ids === undefined) return { documents: sorted(all), revision, isWhole: true };
        const changed = new Map(ids.map((id) => [id, all.get(id)]));
        return { documents: changed, revision, isWhole: false };
      },

      onWritten: (listener) => this.#hints.listen(listener),
    };
  }

  #put(collection: string, id: string, text: string | undefined): void {
    const texts = this.#own.get(collection) ?? new Map(this.#collections.get(collection));
    this.#own.set(collection, texts);
    this.#collections.set(collection, texts);
    if (text === undefined) texts.delete(id);
    else texts.set(id, text);
  }
}

function sorted(documents: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...documents].sort(([a], [b]) => (a < b ? -1 : 1)));
}
