import { afterEach, expect, test } from 'vitest';
import {
  CHANGES,
  type Notified,
  type NotifiedOptions,
  startNotified,
  turn,
  usersOf,
} from './notified.ts';
import { COLLEAGUE, MINUTE_MS, STRANGER, USER } from './porchlight.ts';
import { expiring } from './subscribing.ts';

let notified: Notified;
const start = async (options?: NotifiedOptions) => {
  notified = await startNotified(options);
};
afterEach(() => notified.close());

const timeoutsMs = () => notified.sent.map(({ request }) => request.timeoutMs);
const bodies = () => notified.at(CHANGES).map(({ body }) => body);
const BOTH = `communications/presences?$filter=id in ('${COLLEAGUE}','${STRANGER}')`;

test.each([200, 202, 204])('a reply of %i in time is the end of it', async (status) => {
  await start();
  await notified.subscribe();
  notified.react(() => ({ status, body: '' }));
  await notified.set('Busy/InACall');
  await notified.ended(1);
  notified.clock.advance(30 * MINUTE_MS);
  await turn();
  expect(bodies()).toHaveLength(1);
  expect(notified.sent).toHaveLength(1);
});

test.each([302, 400, 404, 410, 429, 500, 503])(
  'a reply of %i is a failure: the same is sent again',
  async (status) => {
    await start();
    await notified.subscribe();
    notified.react(() => ({ status }));
    await notified.set('Busy/InACall');
    await notified.ended(1);
    notified.react(() => ({ status: 202 }));
    notified.clock.advance(1000);
    await notified.arrived(2);
    expect(bodies()[1]).toBe(bodies()[0]);
  },
);

test('the first attempt has 3 s for its reply, each one after that 10 s', async () => {
  await start();
  await notified.subscribe();
  notified.react(() => ({ status: 500 }));
  await notified.set('Busy/InACall');
  await notified.ended(1);
  notified.clock.advance(1000);
  await notified.ended(2);
  notified.clock.advance(2000);
  await notified.ended(3);
  expect(timeoutsMs()).toEqual([3000, 10_000, 10_000]);
});

test('a first attempt has its 3 s again after a success', async () => {
  await start();
  await notified.subscribe();
  notified.react(() => ({ status: 500 }));
  await notified.set('Busy/InACall');
  await notified.ended(1);
  notified.react(() => ({ status: 202 }));
  notified.clock.advance(1000);
  await notified.ended(2);
  await notified.set('Away/Away');
  await notified.ended(3);
  expect(timeoutsMs()).toEqual([3000, 10_000, 3000]);
});

test('a reply that comes too late counts as a failure: the same is sent again', async () => {
  await start({ delivery: { firstReplyMs: 200 } });
  await notified.subscribe();
  let isFirst = true;
  notified.react(() => {
    if (!isFirst) return { status: 202 };
    isFirst = false;
    return new Promise(() => {});
  });
  await notified.set('Busy/InACall');
  await notified.ended(1);
  expect(notified.sent[0]?.result).toMatchObject({ kind: 'failed', code: 'timeout' });
  notified.clock.advance(1000);
  await notified.arrived(2);
  expect(bodies()[1]).toBe(bodies()[0]);
});

test('pauses between attempts double up to ten minutes, each cut by chance by up to half', async () => {
  await start();
  await notified.subscribe({}, expiring(60));
  notified.react(() => ({ status: 503 }));
  await notified.set('Busy/InACall');
  const wholeS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600];
  for (const [before, seconds] of wholeS.entries()) {
    await notified.ended(before + 1);
    notified.clock.advance(seconds * 500 - 1);
    await turn();
    expect(notified.sent).toHaveLength(before + 1);
    notified.clock.advance(seconds * 500 + 1);
    await turn();
    expect(notified.sent).toHaveLength(before + 2);
  }
});

test('changes that come while a POST is under way go together in the next one, in their order', async () => {
  await start();
  await notified.subscribe({}, { resource: BOTH });
  let answerFirst = () => {};
  notified.react(() => {
    if (notified.at(CHANGES).length > 1) return { status: 202 };
    return new Promise((resolve) => {
      answerFirst = () => resolve({ status: 202 });
    });
  });
  await notified.set('Busy/InACall');
  await notified.arrived(1);
  await notified.set('Away/Away', STRANGER);
  await notified.set('Away/Away');
  await notified.set('Busy/InACall');
  expect(bodies()).toHaveLength(1);
  answerFirst();
  const [first, second] = await notified.arrived(2);
  expect(usersOf(first)).toEqual([COLLEAGUE]);
  expect(usersOf(second)).toEqual([STRANGER, COLLEAGUE, COLLEAGUE]);
  const ids = second?.value.map(({ id }) => id);
  expect(new Set(ids).size).toBe(3);
});

test('one POST carries items of several subscriptions with the same address', async () => {
  await start();
  const first = await notified.subscribe({ user: USER });
  const second = await notified.subscribe({ user: COLLEAGUE });
  await notified.set('Busy/InACall');
  const [notification] = await notified.arrived(1);
  const ids = notification?.value.map(({ subscriptionId }) => subscriptionId);
  expect(ids).toEqual([first.id, second.id]);
  await notified.ended(1);
  expect(notified.sent).toHaveLength(1);
});

test('the query of the address is kept as it is', async () => {
  await start();
  const notificationUrl = `${notified.receiver.origin}${CHANGES}?key=a%20b&x=%2F&x=2`;
  await notified.subscribe({}, { notificationUrl });
  await notified.set('Busy/InACall');
  await notified.arrived(1);
  expect(notified.at(CHANGES)[0]).toMatchObject({
    method: 'POST',
    query: 'key=a%20b&x=%2F&x=2',
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
});

test('a redirect is not followed', async () => {
  await start();
  await notified.subscribe();
  const location = `${notified.receiver.origin}/elsewhere`;
  notified.react(() => ({ status: 307, headers: { location } }));
  await notified.set('Busy/InACall');
  await notified.ended(1);
  notified.clock.advance(1000);
  await notified.ended(2);
  expect(bodies()).toHaveLength(2);
  expect(notified.at('/elsewhere')).toEqual([]);
});

test('PATCH of notificationUrl takes what waits to the new address, after that has been validated', async () => {
  await start();
  const { id } = await notified.subscribe();
  notified.react(({ path }) => ({ status: path === '/moved' ? 202 : 503 }));
  await notified.set('Busy/InACall');
  await notified.ended(1);
  const notificationUrl = `${notified.receiver.origin}/moved`;
  const mira = notified.as({ user: USER });
  const { status } = await mira.patch(`/v1.0/subscriptions/${id}`, { notificationUrl });
  expect(status).toBe(200);
  const moved = await notified.arrived(1, '/moved');
  const before = JSON.parse(bodies()[0] ?? '') as (typeof moved)[number];
  expect(moved[0]?.value[0]?.id).toBe(before.value[0]?.id);
  const validations = notified.receiver.received.filter(
    ({ path, body }) => path === '/moved' && body === '',
  );
  expect(validations).toHaveLength(1);
  notified.clock.advance(10 * MINUTE_MS);
  await turn();
  expect(bodies()).toHaveLength(1);
});
