import { afterEach, beforeEach, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { createMemory } from '../../src/store/memory.ts';
import { openReceiver, type Receiver } from '../subscriptions/receiver.ts';
import { CHANGES, LIFECYCLE, type Notified, startNotified, usersOf } from '../wire/notified.ts';
import { COLLEAGUE, MINUTE_MS, START, STRANGER, session } from '../wire/porchlight.ts';
import { copy, finish } from './copying.ts';

const BOTH = `communications/presences?$filter=id in ('${COLLEAGUE}','${STRANGER}')`;

let receiver: Receiver;
let clock: ManualClock;
let memory: ReturnType<typeof createMemory>;
let notified: Notified;

const start = async () => {
  notified = await startNotified({ clock, receiver, parts: { store: memory.open() } });
};

/** The server is stopped, its store copied into one with other partitions, and a server started there. */
async function move(beforeStart = () => {}): Promise<void> {
  await notified.close();
  const [from, copied] = [memory.open(), createMemory({ partitions: 3 })];
  const to = copied.open();
  await copy(from, to, { nowMs: () => clock.nowMs() });
  await finish(from, to);
  await to.leases.leave();
  memory = copied;
  beforeStart();
  await start();
}

beforeEach(async () => {
  receiver = await openReceiver();
  clock = new ManualClock(START);
  memory = createMemory();
  await start();
});
afterEach(async () => {
  await notified.close();
  await receiver.close();
});

const lifecycle = () => ({ lifecycleNotificationUrl: `${receiver.origin}${LIFECYCLE}` });

test('a subscription goes on in the copy: told of what comes, and of nothing twice', async () => {
  const { id } = await notified.subscribe({}, { resource: BOTH, ...lifecycle() });
  await notified.set('Busy/InACall');
  await notified.ended(1);

  await move();
  await notified.set('Away/Away', STRANGER);
  const [, after] = await notified.arrived(2);
  expect(after?.value).toMatchObject([{ subscriptionId: id, resourceData: { id: STRANGER } }]);
  await notified.ended(1);
  expect(notified.at(CHANGES)).toHaveLength(2);
  expect(notified.at(LIFECYCLE)).toEqual([]);
});

test('what a receiver didn’t take before the copy is announced as missed', async () => {
  const { id } = await notified.subscribe({}, lifecycle());
  notified.react(() => ({ status: 503 }));
  await notified.set('Busy/InACall');
  await notified.ended(1);
  notified.react(() => ({ status: 202 }));

  await move();
  const [letter] = await notified.arrived(1, LIFECYCLE);
  expect(letter?.value).toMatchObject([{ subscriptionId: id, lifecycleEvent: 'missed' }]);
});

test('a fade that fell due while the copy was made notifies when a server has it', async () => {
  await notified.subscribe();
  const address = `/v1.0/users/${COLLEAGUE}/presence/setPresence`;
  await notified.as().post(address, session('Available/Available', 'PT4H'));
  await notified.ended(1);

  await move(() => clock.advance(7 * MINUTE_MS));
  expect((await notified.arrived(2)).flatMap(usersOf)).toEqual([COLLEAGUE, COLLEAGUE]);
});
