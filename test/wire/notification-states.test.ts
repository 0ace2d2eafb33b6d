import { afterEach, expect, test } from 'vitest';
import { GRAPH_TERMS } from '../../src/notifications/terms.ts';
import type { ReceiverAnswer } from '../subscriptions/receiver.ts';
import {
  CHANGES,
  LIFECYCLE,
  type Notified,
  type NotifiedOptions,
  pathOf,
  startNotified,
  turn,
  usersOf,
} from './notified.ts';
import { COLLEAGUE, STRANGER, USER } from './porchlight.ts';

let notified: Notified;
const start = async (options: NotifiedOptions) => {
  notified = await startNotified(options);
};
afterEach(() => notified.close());

const { restMs } = GRAPH_TERMS;
const PAIRS = ['Busy/InACall', 'Away/Away'];
const BOTH = `communications/presences?$filter=id in ('${COLLEAGUE}','${STRANGER}')`;
const postsToChanges = () => notified.sent.filter((one) => pathOf(one) === CHANGES).length;
/** On the clock by which replies are timed. */
let elapsedMs = 0;
const never = () => new Promise<ReceiverAnswer>(() => {});

/** Somebody who is told of the same changes elsewhere: when he has heard of one, it has been told to all. */
async function subscribeWitness(): Promise<void> {
  const notificationUrl = `${notified.receiver.origin}/witness`;
  await notified.subscribe({ user: COLLEAGUE }, { resource: BOTH, notificationUrl });
}

/** Every first attempt is refused, and every second one answered after 3.5 s. */
async function becomeSlow(): Promise<void> {
  let isFirst = false;
  notified.react(({ path }) => {
    if (path !== CHANGES) return { status: 202 };
    isFirst = !isFirst;
    if (!isFirst) elapsedMs += 3500;
    return { status: isFirst ? 503 : 202 };
  });
  for (let change = 1; change <= 5; change++) {
    await notified.set(PAIRS[change % 2] ?? '');
    await notified.arrived(change, '/witness');
    await notified.ended(change, '/witness');
    await notified.ended(2 * change - 1, CHANGES);
    notified.clock.advance(1000);
    await notified.ended(2 * change, CHANGES);
  }
  notified.react(() => ({ status: 202 }));
}

/** After a refusal no attempt is ever answered; ten of them are enough to judge. */
async function becomeDropped(): Promise<void> {
  notified.react(({ path }) => ({ status: path === CHANGES ? 503 : 202 }));
  await notified.set('Busy/InACall');
  await notified.arrived(1, '/witness');
  await notified.ended(1, CHANGES);
  notified.react(({ path }) => (path === CHANGES ? never() : { status: 202 }));
  for (let attempt = 2; attempt <= 10; attempt++) {
    notified.clock.advance(1000);
    await notified.ended(attempt, CHANGES);
  }
  notified.react(() => ({ status: 202 }));
}

test('with more than a tenth of ten replies above 3 s new notifications wait ten minutes', async () => {
  await start({ monotonicMs: () => elapsedMs });
  await notified.subscribe({}, { resource: BOTH });
  await subscribeWitness();
  await becomeSlow();

  await notified.set('DoNotDisturb/Presenting');
  await notified.arrived(6, '/witness');
  notified.clock.advance(restMs - 1);
  await turn();
  expect(postsToChanges()).toBe(10);
  notified.clock.advance(1);
  const arrived = await notified.arrived(11);
  expect(usersOf(arrived[10])).toEqual([COLLEAGUE]);
});

/** A fifth of a second for Graph’s ten, and pauses that stay within the ten minutes. */
const HANGING = { retryReplyMs: 200, longestBackOffMs: 1000 };
const lifecycleNotificationUrl = () => `${notified.receiver.origin}${LIFECYCLE}`;

test('with more than 15 % of replies above 10 s new notifications are dropped for ten minutes, and announced as missed', async () => {
  await start({ delivery: HANGING });
  const { id } = await notified.subscribe(
    { user: USER },
    { resource: BOTH, lifecycleNotificationUrl: lifecycleNotificationUrl() },
  );
  await subscribeWitness();
  await becomeDropped();

  await notified.set('Away/Away', STRANGER);
  const [missed] = await notified.arrived(1, LIFECYCLE);
  expect(missed?.value).toMatchObject([{ subscriptionId: id, lifecycleEvent: 'missed' }]);
  notified.clock.advance(restMs - 1);
  await turn();
  expect(postsToChanges()).toBe(10);
  // What waited since before is not lost.
  notified.clock.advance(1);
  const [waited] = (await notified.arrived(11)).slice(10);
  expect(usersOf(waited)).toEqual([COLLEAGUE]);
  await notified.set('Busy/InACall', STRANGER);
  const [later] = (await notified.arrived(12)).slice(11);
  expect(usersOf(later)).toEqual([STRANGER]);
  expect(notified.at(LIFECYCLE)).toHaveLength(1);
});

test('in profile extended they are delayed instead, and nothing is missed', async () => {
  // What timed out counts as hanging, even if by this clock it took no time: timers may ring early.
  await start({ profile: 'extended', delivery: HANGING, monotonicMs: () => 0 });
  await notified.subscribe(
    { user: USER },
    { resource: BOTH, lifecycleNotificationUrl: lifecycleNotificationUrl() },
  );
  await subscribeWitness();
  await becomeDropped();

  await notified.set('Away/Away', STRANGER);
  await notified.arrived(2, '/witness');
  notified.clock.advance(restMs - 1);
  await turn();
  expect(postsToChanges()).toBe(10);
  notified.clock.advance(1);
  // A first look whether somebody is there has one item.
  const arrived = await notified.arrived(12);
  expect(arrived.slice(10).flatMap(usersOf)).toEqual([COLLEAGUE, STRANGER]);
  expect(notified.at(LIFECYCLE)).toEqual([]);
});
