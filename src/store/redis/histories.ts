import { counterOf } from '../cursor.ts';
import { isHistory } from '../is-history.ts';
import { readFeed } from './feed.ts';
import { historyKey } from './keys.ts';
import type { Arg, Link } from './link.ts';
import type { Partition } from './partition.ts';
import { bytesOrNone, text } from './reply.ts';
import { ENTER_HISTORIES } from './script.ts';

/** Entries that one script enters. */
const SLICE = 1000;

const ALL = 'all';

/**
 * Enters the feed of an earlier Porchlight, which kept no histories, in those of its users; nothing where that was
 * done. Before this server writes: what it adds to a history comes after all that was there. Several servers
 * may do it at a time.
 * @throws StoreUnavailable
 */
export async function enterHistories(link: Link, partition: Partition): Promise<void> {
  const { state } = partition.keys;
  const found = bytesOrNone(await link.ask(state, 'HGET', [state, 'entered']));
  let entered = found === undefined ? '' : text(found);
  while (entered !== ALL) entered = await enterSome(link, partition, entered);
}

/** How far it is then. */
async function enterSome(link: Link, partition: Partition, entered: string): Promise<string> {
  const { number, keys } = partition;
  const { entries, cursor } = await readFeed(link, partition, entered, SLICE);
  const histories = new Map<string, number>();
  const lists: Arg[] = [];
  const changes: Arg[] = [];
  for (const { tenantId, userId, change, cursor: place } of entries) {
    if (!isHistory(change)) continue;
    const name = `${tenantId}/${userId}`;
    const at = histories.get(name) ?? lists.push(historyKey(number, { tenantId, userId }));
    histories.set(name, at);
    changes.push(at, change.number, counterOf(place));
  }
  const next = entries.length < SLICE ? ALL : cursor;
  const args = [entered, next, ...changes];
  return text(await link.run(ENTER_HISTORIES, [keys.state, ...lists], args));
}
