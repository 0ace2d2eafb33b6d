import { checkCollection, checkEdit } from '../document-name.ts';
import type { Hints } from '../hints.ts';
import type { DocumentStore } from '../store.ts';
import type { Database } from './database.ts';
import { readDocument, readDocuments } from './documents.ts';
import { documentName } from './keys.ts';
import type { Writes } from './writes.ts';
import type { Written } from './written.ts';

/**
 * Documents in a file that several processes share.
 * @param parts.refresh makes reads see what others have committed; throws once they are closed
 */
export function sharedDocuments(
  database: Database,
  parts: {
    readonly writes: Writes;
    readonly written: Written;
    readonly hints: Hints;
    mustBeOpen(): void;
    refresh(): void;
  },
): DocumentStore {
  const { writes, written, hints } = parts;

  const mayRead = (collection: string) => {
    parts.mustBeOpen();
    checkCollection(collection);
    parts.refresh();
  };

  return {
    async all(collection) {
      mayRead(collection);
      return readDocuments(database, collection);
    },

    async write(edits, under) {
      parts.mustBeOpen();
      for (const edit of edits) checkEdit(edit);
      if (edits.length > 0) await writes.write([...edits], under);
    },

    // All of it reads one state of the file, as nothing in between gives others their turn.
    async since(collection, after) {
      mayRead(collection);
      const revision = written.revision();
      const names = written.since(after);
      if (names === undefined) {
        return { documents: readDocuments(database, collection), revision, isWhole: true };
      }
      const prefix = documentName(collection, '');
      const documents = new Map<string, string | undefined>();
      for (const name of names) {
        if (name.startsWith(prefix)) {
          documents.set(name.slice(prefix.length), readDocument(database, name));
        }
      }
      return { documents, revision, isWhole: false };
    },

    onWritten: (listener) => hints.listen(listener),
  };
}
