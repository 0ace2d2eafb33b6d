import { Client } from '@microsoft/microsoft-graph-client';
import { startPorchlight } from 'porchlight/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { colourOf, watch } from './light.js';

let porch;
let bridge;
let bruno;
let ada;

beforeAll(async () => {
  porch = await startPorchlight({ now: '2026-11-21T09:00:00Z', https: true });
  // Microsoft's client, unchanged: once as an application, once for a signed-in user.
  bridge = Client.initWithMiddleware(porch.clientOptions());
  bruno = Client.initWithMiddleware(porch.clientOptions({ user: 'bruno' }));
  ada = porch.user('ada').id;
});
beforeEach(() => porch.reset());
afterAll(() => porch.close());

const set = (availability, activity) =>
  bridge.api(`/users/${ada}/presence/setPresence`).post({
    sessionId: porch.tenant.appId,
    availability,
    activity,
    expirationDuration: 'PT1H',
  });

test('the light fades with the presence', async () => {
  await set('Available', 'Available');
  expect(await colourOf(bridge, ada)).toBe('green');

  const { events } = await porch.advance('PT10M');

  expect(await colourOf(bridge, ada)).toBe('off');
  expect(events.map(({ dateTime, after }) => [dateTime, after.activity])).toEqual([
    ['2026-11-21T09:05:00.000Z', 'AvailableInactive'],
    ['2026-11-21T09:10:00.000Z', 'Away'],
  ]);
});

test('nothing is left of the test before', async () => {
  expect(porch.now).toEqual(new Date('2026-11-21T09:00:00Z'));
  expect(await colourOf(bridge, ada)).toBe('off');
});

test('a change is notified', async () => {
  const inbox = porch.inbox();
  await watch(bruno, ada, inbox.url, porch.now);

  await set('Busy', 'InACall');

  expect(await inbox.next()).toMatchObject({ userId: ada, clientState: 'desk light' });
  expect(await colourOf(bridge, ada)).toBe('red');
});

test('a receiver that is away gets it later', async () => {
  const inbox = porch.inbox();
  await watch(bruno, ada, inbox.url, porch.now);
  inbox.fail(503, 1);

  await set('Busy', 'InACall');
  await porch.settled();
  expect(inbox.received).toEqual([]);

  await porch.advance('PT2M');
  expect(inbox.received).toHaveLength(1);
});

test('a set that is throttled is tried again', async () => {
  await porch.faults.add({
    fault: 'error',
    operation: 'setPresence',
    status: 429,
    retryAfter: 1,
    times: 1,
  });

  await set('Busy', 'InACall');

  expect(await colourOf(bridge, ada)).toBe('red');
  expect(porch.faults.list()).toMatchObject([{ matched: 1, struck: 1 }]);
});
