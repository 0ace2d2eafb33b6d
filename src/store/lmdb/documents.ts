import { randomBytes } from 'node:crypto';
import { decodeDocument } from '../codec.ts';
import { DocumentLog } from '../document-log.ts';
import { checkCollection, checkEdit } from '../document-name.ts';
import { Hints } from '../hints.ts';
import type { DocumentChanges, DocumentEdit, DocumentStore } from '../store.ts';
import { reading } from './damage.ts';
import type { Database } from './database.ts';
import { documentKey, documentName, readDocumentKey } from './keys.ts';
import type { Writes } from './writes.ts';

/** Documents in the file. */
export class Documents implements DocumentStore {
  readonly #database: Database;
  readonly #writes: Writes;
  readonly #mustBeOpen: () => void;
  readonly #log = new DocumentLog(randomBytes(4).toString('hex'));
  readonly #hints = new Hints();

  /** `mustBeOpen` throws once they are closed. */
  constructor(database: Database, writes: Writes, mustBeOpen: () => void) {
    this.#database = database;
    this.#writes = writes;
    this.#mustBeOpen = mustBeOpen;
  }

  async all(collection: string): Promise<ReadonlyMap<string, string>> {
    this.#mustBeOpen();
    checkCollection(collection);
    return readDocuments(this.#database, collection);
  }

  async write(edits: readonly DocumentEdit[]): Promise<void> {
    this.#mustBeOpen();
    for (const edit of edits) checkEdit(edit);
    if (edits.length === 0) return;
    const copied = [...edits];
    await this.#writes.write(copied);
    this.#log.note(copied);
    this.#hints.give();
  }

  async since(collection: string, after?: string): Promise<DocumentChanges> {
    this.#mustBeOpen();
    checkCollection(collection);
    const { revision } = this.#log;
    const ids = this.#log.since(collection, after);
    if (ids === undefined) {
      return { documents: readDocuments(this.#database, collection), revision, isWhole: true };
    }
    const read = (id: string) => readDocument(this.#database, documentName(collection, id));
    return { documents: new Map(ids.map((id) => [id, read(id)])), revision, isWhole: false };
  }

  onWritten(listener: () => void): () => void {
    return this.#hints.listen(listener);
  }
}

/** The committed document of that name. @throws StoreUnusable */
export function readDocument({ path, documents }: Database, name: string): string | undefined {
  const value = documents.getBinary(documentKey(name));
  if (value === undefined) return undefined;
  return reading(
    path,
    () => `document ${JSON.stringify(name)}`,
    () => decodeDocument(value),
  );
}

/** The committed documents of a collection, id → text, in the order of ids. @throws StoreUnusable */
export function readDocuments(
  { path, documents }: Database,
  collection: string,
): Map<string, string> {
  const texts = new Map<string, string>();
  const start = documentKey(documentName(collection, ''));
  // All ids are less than this in their first byte.
  const end = documentKey(documentName(collection, '\xff'));
  for (const { key, value } of documents.getRange({ start, end })) {
    const { id } = readDocumentKey(key);
    const text = reading(
      path,
      () => `document ${id} of ${collection}`,
      () => decodeDocument(value),
    );
    texts.set(id, text);
  }
  return texts;
}
