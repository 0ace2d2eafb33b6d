import type { DocumentEdit, DocumentStore } from '../store/store.ts';
import type { FeedContent } from './feed.ts';

/** Which users of a partition have a file, and what was made of it. */
const COLLECTION = 'feed files';

const FORMAT = 1;

/** A calendar's file as it was last read. */
export interface StoredFile {
  readonly stamp: string;
  /** Null until it could be read. */
  readonly content: FeedContent | null;
  /** Why the file as it is now can't be read; null when it was. */
  readonly failure: string | null;
}

/** By `userId`. @throws StoreUnavailable */
export async function storedFiles(documents: DocumentStore): Promise<Map<string, StoredFile>> {
  const texts = await documents.all(COLLECTION);
  return new Map(Array.from(texts, ([id, text]) => [id, parse(text)]));
}

/** Keeps what was made of a file, or forgets it. */
export function fileEdit(id: string, file: StoredFile | undefined): DocumentEdit {
  const text = file && JSON.stringify({ format: FORMAT, ...file });
  return { collection: COLLECTION, id, text };
}

function parse(text: string): StoredFile {
  const { format, ...file } = JSON.parse(text) as StoredFile & { readonly format: number };
  if (format !== FORMAT) throw new Error(`a calendar's file is kept in format ${format}`);
  return file;
}
