import { afterEach, beforeEach, expect, test } from 'vitest';
import { GRAPH_TERMS } from '../../src/notifications/terms.ts';
import { CHANGES, LIFECYCLE, type Notified, startNotified, turn, usersOf } from './notified.ts';
import { COLLEAGUE, MINUTE_MS, START, STRANGER, session, TENANT, USER } from './porchlight.ts';
import type { SubscriptionJson } from './subscribing.ts';

let notified: Notified;
beforeEach(async () => {
  notified = await startNotified();
});
afterEach(() => notified.close());

const BOTH = `communications/presences?$filter=id in ('${COLLEAGUE}','${STRANGER}')`;

/** With a token that ends so many minutes after the start; a day without. */
function subscribe(tokenMinutes?: number, changes: object = {}): Promise<SubscriptionJson> {
  const endS = Math.floor(START / 1000) + (tokenMinutes ?? 0) * 60;
  const claims = tokenMinutes === undefined ? {} : { exp: endS };
  const lifecycleNotificationUrl = `${notified.receiver.origin}${LIFECYCLE}`;
  return notified.subscribe(
    { user: USER, claims },
    { lifecycleNotificationUrl, clientState: 'secret', resource: BOTH, ...changes },
  );
}

const witnessUrl = () => `${notified.receiver.origin}/witness`;

/** Somebody else, who hears of the same and whose token lasts. */
async function subscribeWitness(): Promise<void> {
  const notificationUrl = witnessUrl();
  await notified.subscribe({ user: COLLEAGUE }, { resource: BOTH, notificationUrl });
}

const events = (): unknown[] =>
  notified.at(LIFECYCLE).flatMap(({ body }) => (JSON.parse(body) as { value: unknown[] }).value);

const mira = () => notified.as({ user: USER });

/** Moves the clock, and lets be done what is due for subscriptions, and be sent what is to be sent. */
async function pass(ms: number): Promise<void> {
  notified.clock.advance(ms);
  await notified.server.subscriptions.sweep();
  await turn();
  await notified.ended(notified.sent.length);
}

const inAnHour = () => ({
  expirationDateTime: new Date(notified.clock.nowMs() + 60 * MINUTE_MS).toISOString(),
});

async function renew(id: string): Promise<void> {
  const { status, text } = await mira().patch(`/v1.0/subscriptions/${id}`, inAnHour());
  expect(status, text).toBe(200);
}

test('reauthorizationRequired comes ten minutes before a subscription ends, to the address for it alone', async () => {
  const { id } = await subscribe();
  await pass(50 * MINUTE_MS - 1);
  expect(notified.sent).toEqual([]);
  await pass(1);
  await notified.arrived(1, LIFECYCLE);
  expect(notified.at(LIFECYCLE)[0]?.headers['content-type']).toMatch(/^application\/json/);
  expect(JSON.parse(notified.at(LIFECYCLE)[0]?.body ?? '')).toEqual({
    value: [
      {
        subscriptionId: id,
        subscriptionExpirationDateTime: '2026-11-21T10:00:00.000Z',
        clientState: 'secret',
        tenantId: TENANT,
        lifecycleEvent: 'reauthorizationRequired',
      },
    ],
  });
  expect(notified.at(CHANGES)).toEqual([]);
});

test('reauthorizationRequired comes ten minutes before the token ends, once', async () => {
  await subscribe(30);
  await pass(20 * MINUTE_MS - 1);
  expect(notified.sent).toEqual([]);
  await pass(1);
  await notified.arrived(1, LIFECYCLE);
  await pass(15 * MINUTE_MS);
  expect(events()).toMatchObject([{ lifecycleEvent: 'reauthorizationRequired' }]);
});

test('with the token’s end delivery pauses; reauthorize brings what waited', async () => {
  const { id } = await subscribe(30);
  await subscribeWitness();
  await pass(30 * MINUTE_MS);
  await notified.set('Busy/InACall');
  await notified.arrived(1, '/witness');
  await notified.ended(2);
  expect(notified.at(CHANGES)).toEqual([]);
  const { status, text } = await mira().post(`/v1.0/subscriptions/${id}/reauthorize`);
  expect(status, text).toBe(204);
  expect((await notified.arrived(1)).flatMap(usersOf)).toEqual([COLLEAGUE]);
});

test('PATCH with a new token brings what waited, too', async () => {
  const { id } = await subscribe(30);
  await subscribeWitness();
  await pass(30 * MINUTE_MS - 1);
  await notified.set('Busy/InACall');
  await notified.arrived(1);
  await pass(1);
  await notified.set('Away/Away', STRANGER);
  await notified.arrived(2, '/witness');
  await renew(id);
  expect((await notified.arrived(2)).flatMap(usersOf)).toEqual([COLLEAGUE, STRANGER]);
});

test('a subscription that expires says subscriptionRemoved, and nothing more', async () => {
  const { id } = await subscribe();
  await subscribeWitness();
  await pass(50 * MINUTE_MS);
  await notified.arrived(1, LIFECYCLE);
  await pass(10 * MINUTE_MS - 1);
  expect(events()).toHaveLength(1);
  await pass(1);
  await notified.arrived(2, LIFECYCLE);
  expect(events()[1]).toEqual({
    subscriptionId: id,
    subscriptionExpirationDateTime: '2026-11-21T10:00:00.000Z',
    clientState: 'secret',
    tenantId: TENANT,
    lifecycleEvent: 'subscriptionRemoved',
  });
  await notified.set('Busy/InACall');
  await notified.subscribe({}, { ...inAnHour(), notificationUrl: witnessUrl() });
  await notified.set('Away/Away');
  await notified.arrived(1, '/witness');
  expect(notified.at(CHANGES)).toEqual([]);
});

test('a subscription that is deleted says nothing', async () => {
  const { id } = await subscribe();
  expect((await mira().delete(`/v1.0/subscriptions/${id}`)).status).toBe(204);
  await pass(60 * MINUTE_MS);
  expect(notified.sent).toEqual([]);
});

test('without an address for them there are no lifecycle notifications', async () => {
  await notified.subscribe();
  await pass(50 * MINUTE_MS);
  await pass(10 * MINUTE_MS);
  expect(notified.sent).toEqual([]);
});

test('a lifecycle notification is repeated until it has arrived', async () => {
  await subscribe();
  notified.react(() => ({ status: 503 }));
  await pass(50 * MINUTE_MS);
  await notified.ended(1);
  notified.clock.advance(1000);
  await notified.ended(2);
  notified.react(() => ({ status: 202 }));
  notified.clock.advance(2000);
  await notified.ended(3);
  const [first, second, third] = notified.at(LIFECYCLE).map(({ body }) => body);
  expect([second, third]).toEqual([first, first]);
  notified.clock.advance(MINUTE_MS);
  await turn();
  expect(notified.sent).toHaveLength(3);
});

test('what could not be delivered for four hours is given up, and missed announces it once', async () => {
  const { id } = await subscribe();
  notified.react(({ path }) => ({ status: path === LIFECYCLE ? 202 : 503 }));
  // In a call for five minutes, and then nothing more.
  const path = `/v1.0/users/${COLLEAGUE}/presence/setPresence`;
  await notified.as().post(path, session('Busy/InACall', 'PT5M'));
  await notified.ended(1);
  // Renewed in time, for a subscription of Graph lives an hour at most.
  for (let renewals = 0; renewals < 6; renewals++) {
    await pass(40 * MINUTE_MS);
    await renew(id);
  }
  expect(notified.clock.nowMs() - START).toBe(GRAPH_TERMS.giveUpAfterMs);
  expect(events()).toEqual([]);
  await pass(5 * MINUTE_MS);
  expect(events()).toEqual([]);
  await pass(MINUTE_MS);
  await notified.arrived(1, LIFECYCLE);
  expect(events()).toMatchObject([{ subscriptionId: id, lifecycleEvent: 'missed' }]);

  notified.react(() => ({ status: 202 }));
  const failed = notified.at(CHANGES).length;
  await notified.set('DoNotDisturb/Presenting', STRANGER);
  await pass(10 * MINUTE_MS);
  const after = (await notified.arrived(failed + 1)).slice(failed);
  // What was given up doesn’t come any more.
  expect(after.flatMap(usersOf)).toEqual([STRANGER]);
  expect(events()).toHaveLength(1);
});
