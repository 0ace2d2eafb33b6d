import { checkCollection, checkEdit } from './document-name.ts';
import type { DocumentStore } from './store.ts';

/** Documents in this process's memory. `mustBeOpen` throws once they are closed. */
export function memoryDocuments(mustBeOpen: () => void): DocumentStore {
  const collections = new Map<string, Map<string, string>>();

  return {
    async all(collection) {
      mustBeOpen();
      checkCollection(collection);
      const documents = collections.get(collection) ?? new Map<string, string>();
      return new Map([...documents].sort(([a], [b]) => (a < b ? -1 : 1)));
    },

    async write(edits) {
      mustBeOpen();
      for (const edit of edits) checkEdit(edit);
      for (const { collection, id, text } of edits) {
        const documents = collections.get(collection) ?? new Map<string, string>();
        collections.set(collection, documents);
        if (text === undefined) documents.delete(id);
        else documents.set(id, text);
      }
    },
  };
}
