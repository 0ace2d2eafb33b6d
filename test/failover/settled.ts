import { setTimeout as after } from 'node:timers/promises';
import type { UserRecord } from '../../src/engine/advance.ts';
import type { FeedItem, PresenceStore } from '../../src/store/store.ts';
import { until } from '../until.ts';
import { TENANT } from './load.ts';

export interface Whole {
  readonly feeds: readonly (readonly FeedItem[])[];
  readonly records: ReadonlyMap<string, UserRecord>;
}

/** What is there when nothing changes any more: what nobody waits for may yet be carried out for two seconds. */
export async function settled(
  store: PresenceStore,
  from: readonly string[],
  userIds: readonly string[],
): Promise<Whole> {
  const look = async () => {
    const feeds = await Promise.all(from.map((cursor, at) => feedAfter(store, at, cursor)));
    const found = await store.read(TENANT, userIds);
    const records = new Map<string, UserRecord>();
    for (const [at, record] of found.entries()) {
      if (record !== undefined) records.set(userIds[at] ?? '', record);
    }
    return { feeds, records };
  };
  let last = await look();
  await until(async () => {
    const before = lengthOf(last);
    await after(50);
    last = await look();
    return lengthOf(last) === before;
  });
  return last;
}

function lengthOf({ feeds }: Whole): number {
  return feeds.flat().length;
}

async function feedAfter(
  store: PresenceStore,
  partition: number,
  from: string,
): Promise<readonly FeedItem[]> {
  const all: FeedItem[] = [];
  for (let after = from; ; ) {
    const { entries, cursor } = await store.feed(partition, after, 1000);
    if (entries.length === 0) return all;
    all.push(...entries);
    after = cursor;
  }
}
