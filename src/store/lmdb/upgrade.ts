import { isHistory } from '../is-history.ts';
import { type Database, type Table, table } from './database.ts';
import { entriesAfter, firstInFeed } from './feed.ts';
import { feedKey, historyKey, userKey } from './keys.ts';
import { putForgotten, readNextInFeed, writeFormat } from './meta.ts';
import type { FoundDatabase } from './tables.ts';

/** Entries of the feed that one transaction enters in histories. */
const SLICE = 20_000;

/** A key and a place in the file, with what LMDB keeps beside them. */
const BYTES_OF_ENTRY = 64;

/**
 * Gives a store that an earlier Porchlight made what it lacks. Nobody else may be serving it.
 *
 * The tables come first and the schema after them, each in a transaction: a store in which a crash left
 * the one without the other is one of the earlier schema still, to which a table more means nothing. What such a
 * crash has left of the histories may be of changes that were forgotten since, and is made anew.
 */
export function upgrade(found: FoundDatabase): Database {
  const { root, feed, meta, room } = found;
  if (found.documents !== undefined && found.history !== undefined) {
    return { ...found, documents: found.documents, history: found.history };
  }
  room.make(4, 0);
  const documents = table(root, 'documents');
  const history = table(root, 'history');
  history.clearSync();
  enterHistories(found, history);
  room.make(2, 0);
  root.transactionSync(() => {
    if (found.documents === undefined) {
      // Schema 1 kept the next counter from the first forgetting on, and not what was forgotten: all before the
      // first entry, as far as anybody can tell.
      const next = readNextInFeed(meta);
      if (next > 1) putForgotten(meta, (firstInFeed(feed) || next) - 1);
    }
    writeFormat(meta);
  });
  return { ...found, documents, history };
}

/** Enters every change of the feed in its user's history. */
function enterHistories({ path, root, feed, room }: FoundDatabase, history: Table): void {
  for (let after = 0; ; ) {
    const slice = [...entriesAfter({ path, feed }, after, SLICE)];
    const last = slice.at(-1);
    if (last === undefined) return;
    room.make(slice.length, slice.length * BYTES_OF_ENTRY);
    root.transactionSync(() => {
      for (const { counter, entry } of slice) {
        const { tenantId, userId, change } = entry;
        if (!isHistory(change)) continue;
        const place = Buffer.from(feedKey(counter));
        history.put(historyKey(userKey(tenantId, userId), change.number), place);
      }
    });
    after = last.counter;
  }
}
