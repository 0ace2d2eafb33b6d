import { afterEach, beforeEach, expect, test } from 'vitest';
import { CHANGES, type Notified, startNotified } from './notified.ts';
import { COLLEAGUE, MINUTE_MS, TENANT, USER } from './porchlight.ts';

let notified: Notified;
beforeEach(async () => {
  notified = await startNotified();
});
afterEach(() => notified.close());

const GUID = /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const parsed = () => notified.at(CHANGES).map(({ body }) => JSON.parse(body) as unknown);

test('a notification without resource data names the subscription and whose presence changed, and says no more', async () => {
  const { id } = await notified.subscribe({}, { clientState: 'what "only" we know' });
  await notified.set('Busy/InACall');
  const [notification] = await notified.arrived(1);
  const itemId = notification?.value[0]?.id;
  expect(itemId).toMatch(GUID);
  expect(parsed()).toEqual([
    {
      value: [
        {
          id: itemId,
          subscriptionId: id,
          subscriptionExpirationDateTime: '2026-11-21T10:00:00.000Z',
          clientState: 'what "only" we know',
          tenantId: TENANT,
          changeType: 'updated',
          resource: `communications/presences('${COLLEAGUE}')`,
          resourceData: {
            '@odata.type': '#Microsoft.Graph.presence',
            '@odata.id': `users/${COLLEAGUE}/presence`,
            id: COLLEAGUE,
          },
        },
      ],
    },
  ]);
  expect(notified.at(CHANGES)[0]?.body).not.toMatch(/Busy|InACall|availability|activity/);
});

test('without a client state it is null', async () => {
  await notified.subscribe();
  await notified.set('Busy/InACall');
  await notified.arrived(1);
  expect(parsed()).toMatchObject([{ value: [{ clientState: null }] }]);
});

test('each notification has an id of its own, which a repetition keeps', async () => {
  await notified.subscribe();
  notified.react(() => ({ status: 500 }));
  await notified.set('Busy/InACall');
  await notified.ended(1);
  notified.react(() => ({ status: 202 }));
  notified.clock.advance(1000);
  await notified.ended(2);
  await notified.set('Away/Away');
  const [first, again, second] = await notified.arrived(3);
  expect(again).toEqual(first);
  expect(second?.value[0]?.id).toMatch(GUID);
  expect(second?.value[0]?.id).not.toBe(first?.value[0]?.id);
});

test('after a renewal notifications tell the new expiration', async () => {
  const { id } = await notified.subscribe();
  notified.clock.advance(20 * MINUTE_MS);
  const expirationDateTime = '2026-11-21T10:20:00Z';
  const mira = notified.as({ user: USER });
  const renewed = await mira.patch(`/v1.0/subscriptions/${id}`, { expirationDateTime });
  expect(renewed.status, renewed.text).toBe(200);
  await notified.set('Busy/InACall');
  const [notification] = await notified.arrived(1);
  expect(notification?.value[0]?.subscriptionExpirationDateTime).toBe('2026-11-21T10:20:00.000Z');
});

test('a notification is told apart from others by no cookie, token or header of its own', async () => {
  await notified.subscribe();
  await notified.set('Busy/InACall');
  await notified.arrived(1);
  const { host } = new URL(notified.receiver.origin);
  const [{ headers = {}, body = '' } = {}] = notified.at(CHANGES);
  expect(headers).toEqual({
    host,
    'user-agent': 'Porchlight',
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'accept-encoding': 'identity',
    connection: expect.any(String),
  });
});
