import { type Database, table } from './database.ts';
import { firstInFeed } from './feed.ts';
import { putForgotten, readNextInFeed, writeFormat } from './meta.ts';
import type { FoundDatabase } from './tables.ts';

/**
 * Gives a store that an earlier Porchlight made what it lacks. Nobody else may be serving it.
 *
 * The table comes first and the schema after it, each in a transaction: a store in which a crash left
 * the one without the other is one of the earlier schema still, to which a table more means nothing.
 */
export function upgrade(found: FoundDatabase): Database {
  const { root, feed, meta, room } = found;
  if (found.documents !== undefined) return { ...found, documents: found.documents };
  room.make(2, 0);
  const documents = table(root, 'documents');
  room.make(2, 0);
  root.transactionSync(() => {
    // That schema kept the next counter from the first forgetting on, and not what was forgotten: all
    // before the first entry, as far as anybody can tell.
    const next = readNextInFeed(meta);
    if (next > 1) putForgotten(meta, (firstInFeed(feed) || next) - 1);
    writeFormat(meta);
  });
  return { ...found, documents };
}
