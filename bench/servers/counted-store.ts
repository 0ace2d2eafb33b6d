import type { DocumentStore, PresenceStore } from '../../src/store/store.ts';

/** Counts the edits of documents that a store is asked to keep. */
export interface CountedStore {
  readonly store: PresenceStore;
  readonly documentEdits: number;
}

export function countedStore(inner: PresenceStore): CountedStore {
  let documentEdits = 0;
  const counted = (documents: DocumentStore): DocumentStore => ({
    all: (collection) => documents.all(collection),
    since: (collection, revision) => documents.since(collection, revision),
    onWritten: (listener) => documents.onWritten(listener),
    write(edits, under) {
      documentEdits += edits.length;
      return documents.write(edits, under);
    },
  });
  const store: PresenceStore = {
    ...inner,
    documents: counted(inner.documents),
    documentsOf: (partition) => counted(inner.documentsOf(partition)),
  };
  return {
    store,
    get documentEdits() {
      return documentEdits;
    },
  };
}
