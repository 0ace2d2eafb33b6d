import type { PresenceStore } from '../../src/store/store.ts';

/** Counts the edits of documents that a store is asked to keep. */
export interface CountedStore {
  readonly store: PresenceStore;
  readonly documentEdits: number;
}

export function countedStore(inner: PresenceStore): CountedStore {
  let documentEdits = 0;
  const { documents } = inner;
  const store: PresenceStore = {
    ...inner,
    documents: {
      all: (collection) => documents.all(collection),
      since: (collection, revision) => documents.since(collection, revision),
      onWritten: (listener) => documents.onWritten(listener),
      write(edits, under) {
        documentEdits += edits.length;
        return documents.write(edits, under);
      },
    },
  };
  return {
    store,
    get documentEdits() {
      return documentEdits;
    },
  };
}
