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
    read: (tenantId, userIds) => inner.read(tenantId, userIds),
    users: (tenantId, after, limit) => inner.users(tenantId, after, limit),
    update: (user, nowMs, step) => inner.update(user, nowMs, step),
    due: (nowMs, limit) => inner.due(nowMs, limit),
    nextDueMs: () => inner.nextDueMs(),
    feed: (after, limit) => inner.feed(after, limit),
    feedBounds: () => inner.feedBounds(),
    trimFeed: (beforeMs, limit) => inner.trimFeed(beforeMs, limit),
    onChanges: (listener) => inner.onChanges(listener),
    documents: {
      all: (collection) => documents.all(collection),
      write(edits) {
        documentEdits += edits.length;
        return documents.write(edits);
      },
    },
    health: () => inner.health(),
    close: () => inner.close(),
  };
  return {
    store,
    get documentEdits() {
      return documentEdits;
    },
  };
}
