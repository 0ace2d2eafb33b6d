import { finishCopy } from '../../src/copy/compare.ts';
import { type Copied, type CopyParts, copyStore } from '../../src/copy/copy.ts';
import { BUSY } from '../../src/engine/pair.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { endOfFeeds, placeText } from '../../src/store/place.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import { storedText } from '../../src/subscriptions/stored-form.ts';
import type { Subscription } from '../../src/subscriptions/subscription.ts';
import { START_MS, setPresence, setStatusMessage, stepAt, tell, user } from '../store/commands.ts';
import { exampleSubscription } from '../subscriptions/examples.ts';

export { LETTERS } from '../../src/notifications/letter.ts';

/** Copies, without waiting for anybody to go. */
export function copy(
  from: PresenceStore,
  to: PresenceStore,
  changes: Partial<CopyParts> = {},
): Promise<Copied> {
  return copyStore({
    ...{ from, to, name: 'a store' },
    nowMs: () => START_MS,
    random: () => 0.5,
    pause: async () => {},
    copyKey: async () => {},
    onProgress() {},
    ...changes,
  });
}

export function finish(from: PresenceStore, to: PresenceStore): Promise<number> {
  return finishCopy({ from, to, pause: async () => {}, onProgress() {} });
}

/** A store with users of two tenants in turn: some busy, some with a message, some with nothing left to say. */
export async function storeWith(users: number, partitions = 3): Promise<PresenceStore> {
  const store = openMemoryStore({ partitions });
  await fill(store, users);
  return store;
}

export async function fill(store: PresenceStore, users: number): Promise<void> {
  const filled = Array.from({ length: users }, async (_, at) => {
    const who = user(at, at % 2);
    if (at % 3 === 0) return tell(store, who, START_MS, setStatusMessage(`message ${at}`));
    const { record } = await tell(store, who, START_MS, setPresence(BUSY, at * 1000 + 1));
    // Until the end of its session has been written.
    return at % 3 === 1 && store.update(who, record.untilMs, stepAt(record.untilMs));
  });
  await Promise.all(filled);
}

/** Everything about users that a store keeps. */
export async function usersOf(store: PresenceStore) {
  const all = [];
  for (const tenantId of await store.tenants()) {
    const ids = await store.users(tenantId, '', Number.MAX_SAFE_INTEGER);
    const records = await store.read(tenantId, ids);
    for (const [at, userId] of ids.entries()) all.push({ tenantId, userId, record: records[at] });
  }
  return all;
}

/** All due entries of a store, as `user instant`, in order. */
export async function dueOf(store: PresenceStore) {
  const due: string[] = [];
  for (let partition = 0; partition < store.partitions; partition++) {
    for (const who of await store.due(partition, Number.MAX_SAFE_INTEGER, 1_000_000)) {
      const [record] = await store.read(who.tenantId, [who.userId]);
      due.push(`${who.tenantId} ${who.userId} ${record?.untilMs}`);
    }
  }
  return due.sort();
}

/** Keeps a subscription that begins now. */
export async function subscribe(
  store: PresenceStore,
  changes: Partial<Subscription>,
): Promise<Subscription> {
  const begins = placeText(await endOfFeeds(store));
  const subscription = exampleSubscription({ begins, ...changes });
  const { id } = subscription;
  await store.documents.write([
    { collection: 'subscriptions', id, text: storedText(subscription) },
  ]);
  return subscription;
}
