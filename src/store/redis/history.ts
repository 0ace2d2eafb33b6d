import type { Change } from '../../engine/advance.ts';
import { decodeFeedEntry } from '../codec.ts';
import { readingValue } from '../damage.ts';
import type { HistoryPage, UserKey } from '../store.ts';
import { historyKey } from './keys.ts';
import type { Link } from './link.ts';
import { type Partition, tooLate } from './partition.ts';
import { bytes, integer, list, text } from './reply.ts';
import { FORGET_HISTORY, HISTORY_FROM } from './script.ts';

const LATE = 0;

/** Up to `limit` changes of a user with the number `from` or a greater one. */
export async function readHistory(
  link: Link,
  { number, keys: { state, feed } }: Partition,
  user: UserKey,
  from: number,
  limit: number,
): Promise<HistoryPage> {
  const keys = [state, feed, historyKey(number, user)];
  const [forgottenMs, ...found] = list(await link.run(HISTORY_FROM, keys, [from, limit]));
  const changes: Change[] = [];
  for (let at = 0; at < found.length; at += 2) {
    const entry = readingValue(
      () => `${link.name}, ${feed}`,
      () => `feed entry ${text(found[at])}`,
      () => decodeFeedEntry(bytes(found[at + 1])),
    );
    changes.push(entry.change);
  }
  return { changes, forgottenMs: Number(text(forgottenMs)) };
}

/** Takes changes of a user out of the history and the feed, `limit` at most; how many. @throws StoreUnavailable */
export async function forgetHistory(
  link: Link,
  partition: Partition,
  user: UserKey,
  limit: number,
): Promise<number> {
  const { state, feed } = partition.keys;
  const keys = [state, feed, historyKey(partition.number, user)];
  // Once it may be that its clock was stepped; what it shows now is known.
  for (let attempt = 0; attempt < 2; attempt++) {
    const args = [partition.deadlineMs(), limit];
    const { outcome, others, isResent } = await partition.write(link, FORGET_HISTORY, keys, args);
    if (outcome !== LATE) return integer(others[0]);
    if (isResent) throw tooLate(link, isResent);
  }
  throw tooLate(link, false);
}
