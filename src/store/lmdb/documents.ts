import { decodeDocument } from '../codec.ts';
import { reading } from './damage.ts';
import type { Database } from './database.ts';
import { documentKey, documentName, readDocumentKey } from './keys.ts';

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
