import { describe, expect, it } from 'vitest';
import { keepLetter, letterOf } from '../../src/notifications/letter.ts';
import { type KeptLane, Progress } from '../../src/notifications/progress.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { endOfFeeds, placeText } from '../../src/store/place.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import { parseStored } from '../../src/subscriptions/stored-form.ts';
import type { Subscription } from '../../src/subscriptions/subscription.ts';
import { START_MS, setStatusMessage, tell, user } from '../store/commands.ts';
import { exampleSubscription, guid } from '../subscriptions/examples.ts';
import { copy, finish, LETTERS, subscribe } from './copying.ts';

const PARTITIONS = 4;

const ALL = { tenantId: user(1).tenantId, scope: 'tenant' } as const;

async function sourceWithAUser(): Promise<PresenceStore> {
  const from = openMemoryStore({ partitions: PARTITIONS });
  await tell(from, user(1), START_MS, setStatusMessage('before'));
  return from;
}

/** A change in each partition. */
async function changeAll(store: PresenceStore): Promise<void> {
  const there = new Set<number>();
  for (let number = 1; there.size < PARTITIONS; number++) {
    there.add(store.partitionOf(user(number)));
    await tell(store, user(number), START_MS, setStatusMessage(`change ${number}`));
  }
}

/** Keeps what a server does that delivers a partition: how far it is, and the lanes that wait. */
async function deliver(
  store: PresenceStore,
  partition: number,
  subscriptions: readonly Subscription[],
  late: ReadonlyMap<string, KeptLane> = new Map(),
): Promise<void> {
  const progress = new Progress({ tail: undefined, lanes: new Map() });
  for (const { id } of subscriptions) progress.rests(id);
  const { end } = await store.feedBounds(partition);
  await store.documentsOf(partition).write(progress.edits(end, late));
}

async function deliverAll(store: PresenceStore, subscriptions: readonly Subscription[]) {
  for (let at = 0; at < PARTITIONS; at++) await deliver(store, at, subscriptions);
}

async function lettersIn({ documents }: PresenceStore) {
  return [...(await documents.all(LETTERS)).keys()];
}

describe('subscriptions', () => {
  it('are copied as they are, but for where they begin: at what the copy has', async () => {
    const from = await sourceWithAUser();
    const made = await subscribe(from, { ...ALL, clientState: 'secret 🏮' });
    const to = openMemoryStore({ partitions: 2 });
    expect(await copy(from, to)).toMatchObject({ subscriptions: 1, missed: 0 });
    await finish(from, to);
    const begins = placeText(await endOfFeeds(to));
    const [[id, text] = ['', '']] = await to.documents.all('subscriptions');
    expect(parseStored(id, text)).toEqual({ ...made, begins });
    expect(await lettersIn(to)).toEqual([]);
  });

  it('that have all that happened are not told that they missed something', async () => {
    const from = await sourceWithAUser();
    const made = await subscribe(from, ALL);
    await changeAll(from);
    await deliverAll(from, [made]);
    const to = openMemoryStore();
    expect(await copy(from, to)).toMatchObject({ missed: 0 });
    expect(await lettersIn(to)).toEqual([]);
  });

  it('with something waiting, in whichever partition, are told so', async () => {
    const from = await sourceWithAUser();
    const [late, punctual] = [
      await subscribe(from, { ...ALL, id: guid(1) }),
      await subscribe(from, { ...ALL, id: guid(2) }),
    ];
    const [, , begun = ''] = await endOfFeeds(from);
    await changeAll(from);
    await deliverAll(from, [late, punctual]);
    const lane = { place: begun, lost: 0, failingSinceMs: START_MS };
    await deliver(from, 2, [punctual], new Map([[late.id, lane]]));
    const to = openMemoryStore();
    expect(await copy(from, to)).toMatchObject({ subscriptions: 2, missed: 1 });
    expect(await lettersIn(to)).toEqual([`${late.id}.missed`]);
  });

  it('are all told so when the server was killed before it kept how far it was', async () => {
    const from = await sourceWithAUser();
    const known = await subscribe(from, { ...ALL, id: guid(1) });
    await deliverAll(from, [known]);
    const unknown = await subscribe(from, { ...ALL, id: guid(2) });
    const silent = { id: guid(3), lifecycleNotificationUrl: null };
    await subscribe(from, { ...ALL, ...silent });
    await changeAll(from);
    const to = openMemoryStore();
    expect(await copy(from, to)).toMatchObject({ subscriptions: 3, missed: 3 });
    expect(await lettersIn(to)).toEqual([`${known.id}.missed`, `${unknown.id}.missed`]);
  });

  it('are told so for the partitions of their users alone', async () => {
    const from = await sourceWithAUser();
    const here = user(1);
    const partition = from.partitionOf(here);
    const { tenantId } = here;
    const [one, everyone] = [
      await subscribe(from, { id: guid(1), tenantId, scope: [here.userId] }),
      await subscribe(from, { ...ALL, id: guid(2) }),
    ];
    await changeAll(from);
    await deliver(from, partition, [one, everyone]);
    const to = openMemoryStore();
    await copy(from, to);
    expect(await lettersIn(to)).toEqual([`${everyone.id}.missed`]);
  });

  it('that make no sense stop the copy, which says which one', async () => {
    const from = await sourceWithAUser();
    await from.documents.write([{ collection: 'subscriptions', id: guid(9), text: '{}' }]);
    await expect(copy(from, openMemoryStore())).rejects.toThrow(
      `subscriptions/${guid(9)}: is not a subscription`,
    );
  });

  it('that ended after a first attempt are not there after the second', async () => {
    const from = await sourceWithAUser();
    const made = await subscribe(from, ALL);
    await changeAll(from);
    const to = openMemoryStore();
    await copy(from, to);
    expect(await lettersIn(to)).toHaveLength(1);
    const gone = { collection: 'subscriptions', id: made.id, text: undefined };
    await from.documents.write([gone]);
    await copy(from, to);
    expect((await to.documents.all('subscriptions')).size).toBe(0);
    expect(await lettersIn(to)).toEqual([]);
  });
});

it('lifecycle notifications on their way are copied as they are', async () => {
  const from = await sourceWithAUser();
  const ended = exampleSubscription({ id: guid(5) });
  const letter = letterOf(ended, 'subscriptionRemoved', START_MS, 0.5);
  if (letter === undefined) throw new Error('no letter');
  await from.documents.write([keepLetter(letter)]);
  const to = openMemoryStore();
  await copy(from, to);
  expect(await to.documents.all(LETTERS)).toEqual(await from.documents.all(LETTERS));
});

it('what is kept beside a store is copied before anything is, and only where it may be', async () => {
  const from = await sourceWithAUser();
  const to = openMemoryStore();
  let users: number | undefined;
  const copyKey = async () => {
    users = (await to.tenants()).length;
  };
  await copy(from, to, { copyKey });
  expect(users).toBe(0);
  await finish(from, to);
  users = undefined;
  await expect(copy(from, to, { copyKey })).rejects.toThrow('not empty');
  expect(users).toBeUndefined();
});
