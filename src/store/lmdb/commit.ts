import { NEVER_MS } from '../../engine/facts.ts';
import type { ByteWriter } from '../bytes.ts';
import { encodeDocument, encodeFeedEntry, encodeRecord } from '../codec.ts';
import { isHistory } from '../is-history.ts';
import type { Database } from './database.ts';
import type { Draft, Group } from './group.ts';
import { documentKey, dueKey, feedKey, historyKey, userKey } from './keys.ts';
import { putForgotten, putForgottenMs, putNextInFeed, readForgottenMs } from './meta.ts';

const NOTHING = Buffer.alloc(0);

/**
 * Commits all of a group or nothing, its feed entries numbered from `firstCounter` on. Resolves once
 * it is on the disk. The bytes are in `writer`, which must not be reset before that. A trial is a
 * commit after one that failed.
 */
export async function commit(
  database: Database,
  writer: ByteWriter,
  group: Group,
  firstCounter: number,
  isTrial: boolean,
): Promise<void> {
  const { root } = database;
  const put = prepare(database, writer, group, firstCounter);
  // After some failures LMDB begins no transaction any more. Here it says so; a batch would wait for ever.
  if (isTrial) root.transactionSync(() => {});
  await root.batch(put);
}

/**
 * Makes all of a group ready to be put, and room for it in the file. What is given back puts it, within
 * a batch or a transaction; it has nothing left to fail of but LMDB itself, as what throws within one
 * leaves half of it to be committed.
 */
export function prepare(
  database: Database,
  writer: ByteWriter,
  group: Group,
  firstCounter: number,
): () => void {
  const drafts = [...group.drafts];
  const records = drafts.map((draft) => encodeRecord(writer, draft));
  const entries = group.feed.map((entry) => encodeFeedEntry(writer, entry));
  const documents = [...group.documents].map(([name, text]) => ({
    key: documentKey(name),
    value: text === undefined ? undefined : encodeDocument(writer, text),
  }));
  const { due, feed, history, meta } = database;
  const gone = [...group.forget, ...group.erase];
  const operations = scattered(drafts) + entries.length + gone.length + documents.length;
  const forgotten = group.forget.at(-1);
  const forgottenMs = group.forget.reduce(
    (latestMs, { entry }) => Math.max(latestMs, entry.change.atMs),
    forgotten === undefined ? 0 : readForgottenMs(meta),
  );
  database.room.make(operations, writer.bytes, documents.length);
  return () => {
    for (const [at, draft] of drafts.entries()) {
      const { tenantId, userId, foundArmedMs, armedMs } = draft;
      const user = userKey(tenantId, userId);
      database.records.put(user, records[at] ?? NOTHING);
      if (armedMs === foundArmedMs) continue;
      if (foundArmedMs !== NEVER_MS) due.remove(dueKey(foundArmedMs, user));
      if (armedMs !== NEVER_MS) due.put(dueKey(armedMs, user), NOTHING);
    }
    for (const [at, { tenantId, userId, change }] of group.feed.entries()) {
      const place = feedKey(firstCounter + at);
      feed.put(place, entries[at] ?? NOTHING);
      if (!isHistory(change)) continue;
      // A copy: the value is read when the batch is committed.
      history.put(historyKey(userKey(tenantId, userId), change.number), Buffer.from(place));
    }
    for (const { counter, entry } of gone) {
      feed.remove(feedKey(counter));
      history.remove(historyKey(userKey(entry.tenantId, entry.userId), entry.change.number));
    }
    for (const { key, value } of documents) {
      if (value === undefined) database.documents.remove(key);
      else database.documents.put(key, value);
    }
    if (forgotten === undefined) return;
    putNextInFeed(meta, firstCounter + entries.length);
    putForgotten(meta, forgotten.counter);
    putForgottenMs(meta, forgottenMs);
  };
}

/**
 * How many puts and removes of users hit the file at places of their own: records and due entries, beside those of
 * histories. Those of the feed stand next to each other.
 */
function scattered(drafts: readonly Draft[]): number {
  const moved = drafts.filter(({ foundArmedMs, armedMs }) => armedMs !== foundArmedMs).length;
  return drafts.length + 2 * moved;
}

/** What a failed commit failed of, in LMDB's words. */
export async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
