import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../until.ts';
import { LIFECYCLE, type Notified, startNotified, turn, usersOf } from './notified.ts';
import { COLLEAGUE, MINUTE_MS, OTHER_APP, STRANGER, USER } from './porchlight.ts';
import { expiring } from './subscribing.ts';

let notified: Notified;
const start = async (options = {}) => {
  notified = await startNotified({ faults: true, ...options });
};
afterEach(() => notified.close());

const FAULTS = '/porchlight/faults';
const BOTH = `communications/presences?$filter=id in ('${COLLEAGUE}','${STRANGER}')`;

const steward = () => notified.as({ permissions: ['Porchlight.Manage.All'] });

async function order(body: object): Promise<void> {
  const answer = await steward().post(FAULTS, body);
  expect(answer.status, answer.text).toBe(201);
}

async function struck(): Promise<readonly number[]> {
  const { value } = (await steward().get(FAULTS)).body as { value: { struck: number }[] };
  return value.map((each) => each.struck);
}

/** Changes of the colleague, in order, each told before the next happens. */
async function changes(...pairs: readonly string[]): Promise<void> {
  for (const pair of pairs) {
    await notified.set(pair);
    await settled();
  }
}

/** Whatever can be delivered by now has been. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await turn();
}

const idsOf = async (count: number) =>
  (await notified.arrived(count)).flatMap(({ value }) => value.map(({ id }) => id));

describe('a lost notification', () => {
  test('never comes, those after it do, and the server takes it for delivered', async () => {
    await start();
    await notified.subscribe();
    await order({ fault: 'lose', times: 1 });
    await notified.set('Busy/InACall');
    await until(async () => (await struck())[0] === 1);
    await notified.set('Away/Away');
    await notified.arrived(1);
    notified.clock.advance(30 * MINUTE_MS);
    await settled();
    expect(notified.sent).toHaveLength(1);
    const { body } = await steward().get('/porchlight/subscriptions');
    expect(body).toMatchObject({ value: [{ health: { state: 'ok', queued: 0, lost: 0 } }] });
  });

  test('is announced as missed if that is ordered, and counted as lost', async () => {
    await start();
    await notified.subscribe(
      {},
      { lifecycleNotificationUrl: `${notified.receiver.origin}${LIFECYCLE}` },
    );
    await order({ fault: 'lose', announced: true, times: 1 });
    await notified.set('Busy/InACall');
    await until(async () => (await struck())[0] === 1);
    await settled();
    notified.clock.advance(1000);
    const [letter] = await notified.arrived(1, LIFECYCLE);
    expect(letter?.value).toMatchObject([{ lifecycleEvent: 'missed' }]);
    const { body } = await steward().get('/porchlight/subscriptions');
    expect(body).toMatchObject({ value: [{ health: { lost: 1 } }] });
    await notified.set('Away/Away');
    await notified.arrived(1);
  });

  test('is lost for good also where the POST it would have been in fails first', async () => {
    await start();
    await notified.subscribe({}, { resource: BOTH });
    notified.react(() => ({ status: 500 }));
    await notified.set('Busy/InACall');
    await notified.ended(1);
    await order({ fault: 'lose', user: STRANGER, times: 1 });
    await notified.set('Busy/InACall', STRANGER);
    notified.clock.advance(1000);
    await notified.ended(2);
    notified.react(() => ({ status: 202 }));
    notified.clock.advance(4000);
    await notified.ended(3);
    expect(usersOf((await notified.arrived(3)).at(-1))).toEqual([COLLEAGUE]);
    expect(await struck()).toEqual([1]);
  });
});

describe('a duplicated notification', () => {
  test('comes once more by itself, under the same id', async () => {
    await start();
    await notified.subscribe();
    await order({ fault: 'duplicate', times: 1 });
    await notified.set('Busy/InACall');
    const [first, again] = await idsOf(2);
    expect(again).toBe(first);
    await notified.set('Away/Away');
    expect(await idsOf(3)).toHaveLength(3);
  });

  test('comes as much later as is ordered, after what happened meanwhile', async () => {
    await start();
    await notified.subscribe();
    await order({ fault: 'duplicate', delay: 'PT30S', times: 1 });
    await notified.set('Busy/InACall');
    await notified.arrived(1);
    await notified.set('Away/Away');
    await notified.arrived(2);
    notified.clock.advance(29_999);
    await settled();
    expect(notified.sent).toHaveLength(2);
    notified.clock.advance(1);
    const [first, second, again] = await idsOf(3);
    expect(again).toBe(first);
    expect(second).not.toBe(first);
  });

  test('is repeated until it arrives, like any other', async () => {
    await start();
    await notified.subscribe();
    await order({ fault: 'duplicate', delay: 'PT30S', times: 1 });
    await notified.set('Busy/InACall');
    await notified.ended(1);
    notified.react(() => ({ status: 500 }));
    notified.clock.advance(30_000);
    await notified.ended(2);
    notified.react(() => ({ status: 202 }));
    notified.clock.advance(1000);
    await notified.ended(3);
    notified.clock.advance(MINUTE_MS);
    await settled();
    expect(new Set(await idsOf(3)).size).toBe(1);
    expect(notified.sent).toHaveLength(3);
  });
});

describe('a late notification', () => {
  test('holds back those after it, so that the order stays, and others don’t wait', async () => {
    await start({ profile: 'extended' });
    const one = await notified.subscribe();
    const other = await notified.subscribe(
      {},
      { resource: `communications/presences/${STRANGER}` },
    );
    await order({ fault: 'delay', delay: 'PT20S', subscription: one.id, times: 1 });
    await notified.set('Busy/InACall');
    await until(async () => (await struck())[0] === 1);
    await notified.set('Away/Away');
    await notified.set('Busy/InACall', STRANGER);
    const [prompt] = await notified.arrived(1);
    expect(prompt?.value.map(({ subscriptionId }) => subscriptionId)).toEqual([other.id]);
    notified.clock.advance(19_999);
    await settled();
    expect(notified.sent).toHaveLength(1);
    notified.clock.advance(1);
    const [, late] = await notified.arrived(2);
    expect(usersOf(late)).toEqual([COLLEAGUE, COLLEAGUE]);
  });

  test('is overtaken if that is ordered', async () => {
    await start();
    await notified.subscribe({}, { resource: BOTH });
    await order({ fault: 'delay', delay: 'PT20S', overtaken: true, user: COLLEAGUE, times: 1 });
    await notified.set('Busy/InACall');
    await until(async () => (await struck())[0] === 1);
    await notified.set('Busy/InACall', STRANGER);
    await notified.arrived(1);
    notified.clock.advance(20_000);
    const [first, late] = await notified.arrived(2);
    expect([first, late].map(usersOf)).toEqual([[STRANGER], [COLLEAGUE]]);
  });

  test('never comes once its subscription has ended', async () => {
    // Another one keeps the endpoint alive.
    await start({ profile: 'extended' });
    await notified.subscribe({}, { resource: `communications/presences/${STRANGER}` });
    const { id } = await notified.subscribe();
    await order({ fault: 'delay', delay: 'PT20S', overtaken: true, times: 1 });
    await notified.set('Busy/InACall');
    await until(async () => (await struck())[0] === 1);
    await notified.as({ user: USER }).delete(`/v1.0/subscriptions/${id}`);
    notified.clock.advance(MINUTE_MS);
    await settled();
    expect(notified.sent).toEqual([]);
  });
});

describe('a subscription expires', () => {
  const lifecycle = () => ({ lifecycleNotificationUrl: `${notified.receiver.origin}${LIFECYCLE}` });
  const read = (id: string) => notified.as({ user: USER }).get(`/v1.0/subscriptions/${id}`);

  test('at once, and its lifecycle address is told', async () => {
    await start();
    const { id } = await notified.subscribe({}, lifecycle());
    await order({ fault: 'expire', app: OTHER_APP });
    expect((await read(id)).status).toBe(200);
    await order({ fault: 'expire', user: USER });
    expect(await struck()).toEqual([0, 1]);
    expect((await read(id)).status).toBe(404);
    const [letter] = await notified.arrived(1, LIFECYCLE);
    expect(letter?.value).toMatchObject([
      { subscriptionId: id, lifecycleEvent: 'subscriptionRemoved' },
    ]);
    // What is made afterwards lives.
    const { id: next } = await notified.subscribe();
    expect((await read(next)).status).toBe(200);
  });

  test('at once, without a word', async () => {
    await start();
    const { id } = await notified.subscribe({}, lifecycle());
    await order({ fault: 'expire', subscription: id.toUpperCase(), announced: false });
    expect((await read(id)).status).toBe(404);
    await notified.set('Busy/InACall');
    await settled();
    expect(notified.sent).toEqual([]);
  });

  test('when a request is about it', async () => {
    await start();
    const { id } = await notified.subscribe({}, lifecycle());
    await order({ fault: 'expire', whenTouched: true, times: 1 });
    await notified.as().get(`/v1.0/users/${COLLEAGUE}/presence`);
    expect(await struck()).toEqual([0]);
    const renewal = { expirationDateTime: expiring(50).expirationDateTime };
    const answer = await notified
      .as({ user: USER })
      .patch(`/v1.0/subscriptions/${id.toUpperCase()}`, renewal);
    expect(answer.status).toBe(404);
    await notified.arrived(1, LIFECYCLE);
  });

  test('not when the request is somebody else’s', async () => {
    await start();
    const { id } = await notified.subscribe();
    await order({ fault: 'expire', whenTouched: true });
    const other = notified.as({ user: COLLEAGUE });
    expect((await other.get(`/v1.0/subscriptions/${id}`)).status).toBe(404);
    await steward().delete(FAULTS);
    expect((await read(id)).status).toBe(200);
  });

  test('when a notification is for it: neither that one nor a later one comes', async () => {
    await start();
    const { id } = await notified.subscribe({}, lifecycle());
    await order({ fault: 'expire', whenTouched: true });
    await notified.set('Busy/InACall');
    await notified.arrived(1, LIFECYCLE);
    await notified.set('Away/Away');
    expect((await read(id)).status).toBe(404);
    await settled();
    expect(notified.sent).toHaveLength(1);
  });
});

test('of a subscription that is about to end because of one notification, the next ones don’t come', async () => {
  await start();
  const resource = `communications/presences?$filter=id in ('${COLLEAGUE}','${STRANGER}','${USER}')`;
  await notified.subscribe({}, { resource });
  notified.react(() => ({ status: 500 }));
  await notified.set('Busy/InACall');
  await notified.ended(1);
  notified.react(() => ({ status: 202 }));
  await order({ fault: 'expire', whenTouched: true, user: STRANGER, times: 1 });
  await notified.set('Busy/InACall', STRANGER);
  await notified.set('Busy/InACall', USER);
  notified.clock.advance(1000);
  expect(usersOf((await notified.arrived(2)).at(-1))).toEqual([COLLEAGUE]);
});

test('the same seed loses the same notifications', async () => {
  const pairs = ['Busy/InACall', 'Away/Away', 'Available/Available', 'Busy/InACall', 'Away/Away'];
  const lost: number[][] = [];
  await start();
  await notified.subscribe();
  for (let round = 0; round < 2; round++) {
    await order({ fault: 'lose', probability: 0.5, seed: 4 });
    const seen: number[] = [];
    for (const pair of pairs) {
      const before = (await struck())[0];
      await changes(pair);
      await until(async () => {
        const { value } = (await steward().get(FAULTS)).body as { value: { matched: number }[] };
        return value[0]?.matched === seen.length + 1;
      });
      seen.push(((await struck())[0] ?? 0) - (before ?? 0));
    }
    lost.push(seen);
    await steward().delete(FAULTS);
    await notified.set('Available/Available');
  }
  expect(new Set(lost[0])).toEqual(new Set([0, 1]));
  expect(lost[1]).toEqual(lost[0]);
});
