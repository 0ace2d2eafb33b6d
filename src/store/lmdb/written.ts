import type { ByteWriter } from '../bytes.ts';
import { decodeDocument, encodeDocument } from '../codec.ts';
import type { Revision } from '../store.ts';
import type { Table } from './database.ts';
import { feedKey, readFeedKey } from './keys.ts';

/** How many commits that wrote documents are remembered; who is further behind reads all. */
const MOST_REMEMBERED = 10_000;

/**
 * Which documents were written when, for the processes that share a store: a commit that writes some
 * leaves their names under its number. The table means nothing to the next program on the file, which
 * begins with an empty one.
 */
export interface Written {
  /** Within a transaction: makes the entry ready, for documents by name. What is given back puts it. */
  prepare(writer: ByteWriter, names: readonly string[]): () => void;
  /** Where the log ends now. */
  revision(): Revision;
  /** Names of documents written since, the latest time last; undefined where that isn't known any more. */
  since(revision: Revision | undefined): string[] | undefined;
}

/** @param holder tells its revisions from those of the program before */
export function writtenLog(table: Table, holder: string): Written {
  return {
    prepare(writer, names) {
      const write = last(table) + 1;
      const value = encodeDocument(writer, JSON.stringify(names));
      return () => {
        table.put(feedKey(write), value);
        if (write > MOST_REMEMBERED) table.remove(feedKey(write - MOST_REMEMBERED));
      };
    },

    revision: () => `${holder}.${last(table)}`,

    since(revision) {
      const [name, text = ''] = revision?.split('.') ?? [];
      const after = Number(text);
      // The counters have no gaps: what is remembered goes on from any revision not older than it.
      if (name !== holder || !(after >= last(table) - MOST_REMEMBERED)) return undefined;
      const names: string[] = [];
      const start = Buffer.from(feedKey(after + 1));
      for (const { value } of table.getRange({ start })) {
        names.push(...(JSON.parse(decodeDocument(value)) as string[]));
      }
      return names;
    },
  };
}

function last(table: Table): number {
  for (const key of table.getKeys({ reverse: true, limit: 1 })) return readFeedKey(key);
  return 0;
}
