import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { newFolder } from '../store/folders.ts';
import { openReceiver, type Receiver } from '../subscriptions/receiver.ts';
import { CHANGES, LIFECYCLE, type Notified, startNotified, usersOf } from './notified.ts';
import { COLLEAGUE, MINUTE_MS, START, STRANGER, session } from './porchlight.ts';

let receiver: Receiver;
let path: string;
let clock: ManualClock;
let notified: Notified;
const start = async () => {
  notified = await startNotified({
    clock,
    receiver,
    parts: { store: await openLmdbStore({ path }) },
  });
};
beforeEach(async () => {
  receiver = await openReceiver();
  path = newFolder();
  clock = new ManualClock(START);
  await start();
});
afterEach(async () => {
  await notified.close();
  await receiver.close();
});

const BOTH = `communications/presences?$filter=id in ('${COLLEAGUE}','${STRANGER}')`;

test('what a receiver didn’t take before a restart it gets after it, under the same id', async () => {
  await notified.subscribe();
  notified.react(() => ({ status: 503 }));
  await notified.set('Busy/InACall');
  await notified.ended(1);
  await notified.close();

  await start();
  const [before, after] = await notified.arrived(2);
  expect(after).toEqual(before);
  expect(notified.sent[0]?.request.timeoutMs).toBe(10_000);
});

test('what has arrived does not come again after a restart, and delivery goes on', async () => {
  await notified.subscribe({}, { resource: BOTH });
  await notified.set('Busy/InACall');
  await notified.ended(1);
  await notified.close();

  await start();
  await notified.set('Away/Away', STRANGER);
  expect((await notified.arrived(2)).flatMap(usersOf)).toEqual([COLLEAGUE, STRANGER]);
  await notified.ended(1);
  expect(notified.at(CHANGES)).toHaveLength(2);
});

test('a fade that fell due while the server was away notifies when it is back', async () => {
  await notified.subscribe();
  const address = `/v1.0/users/${COLLEAGUE}/presence/setPresence`;
  await notified.as().post(address, session('Available/Available', 'PT4H'));
  await notified.ended(1);
  await notified.close();

  clock.advance(7 * MINUTE_MS);
  await start();
  expect((await notified.arrived(2)).flatMap(usersOf)).toEqual([COLLEAGUE, COLLEAGUE]);
});

test('a subscription that expired while the server was away says subscriptionRemoved', async () => {
  const lifecycleNotificationUrl = `${receiver.origin}${LIFECYCLE}`;
  const { id } = await notified.subscribe({}, { lifecycleNotificationUrl });
  await notified.close();

  clock.advance(61 * MINUTE_MS);
  await start();
  const [notification] = await notified.arrived(1, LIFECYCLE);
  expect(notification?.value).toMatchObject([
    { subscriptionId: id, lifecycleEvent: 'subscriptionRemoved' },
  ]);
});
