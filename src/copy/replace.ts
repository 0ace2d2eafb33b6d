import type { DocumentEdit, DocumentStore } from '../store/store.ts';

/** Documents in one write. */
const SLICE = 500;

/** Makes a collection be these documents and no others: an earlier attempt may have left some that are gone by now. */
export async function replace(
  documents: DocumentStore,
  collection: string,
  texts: ReadonlyMap<string, string>,
): Promise<void> {
  const there = await documents.all(collection);
  const edits: DocumentEdit[] = [];
  for (const [id, text] of texts) if (there.get(id) !== text) edits.push({ collection, id, text });
  for (const id of there.keys())
    if (!texts.has(id)) edits.push({ collection, id, text: undefined });
  for (let at = 0; at < edits.length; at += SLICE) {
    await documents.write(edits.slice(at, at + SLICE));
  }
}
