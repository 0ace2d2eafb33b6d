import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Client } from '@microsoft/microsoft-graph-client';
import { startPorchlight } from 'porchlight/testing';
import { colourOf, watch } from './light.js';

let porch;
let bridge;
let bruno;
let ada;
let inACall;

const set = (availability, activity) =>
  bridge.api(`/users/${ada}/presence/setPresence`).post({
    sessionId: porch.tenant.appId,
    availability,
    activity,
    expirationDuration: 'PT1H',
  });

beforeAll(async () => {
  porch = await startPorchlight({ now: '2026-11-21T09:00:00Z', https: true });
  // Microsoft's client, unchanged: once as an application, once for a signed-in user.
  bridge = Client.initWithMiddleware(porch.clientOptions());
  bruno = Client.initWithMiddleware(porch.clientOptions({ user: 'bruno' }));
  ada = porch.user('ada').id;
  // Each test begins with a call, and somebody who is told of what becomes of it.
  await watch(bruno, ada, porch.inbox().url, porch.now);
  await set('Busy', 'InACall');
  await porch.inbox().next();
  inACall = await porch.snapshot();
});
beforeEach(() => porch.restore(inACall));
afterAll(() => porch.close());

test('the light is red in a call', async () => {
  expect(await colourOf(bridge, ada)).toBe('red');
});

test('after the call it fades with the presence', async () => {
  await set('Available', 'Available');
  expect(await colourOf(bridge, ada)).toBe('green');

  await porch.advance('PT5M');
  expect((await bridge.api(`/users/${ada}/presence`).get()).activity).toBe('AvailableInactive');
  await porch.advance('PT5M');
  expect(await colourOf(bridge, ada)).toBe('off');
});

test('a change is notified', async () => {
  await set('Away', 'Away');

  expect(await porch.inbox().next()).toMatchObject({ userId: ada, clientState: 'desk light' });
  expect(porch.inbox().received).toHaveLength(2);
});

test('nothing is left of the test before', async () => {
  expect(porch.now).toEqual(new Date('2026-11-21T09:00:00Z'));
  expect(porch.inbox().received).toHaveLength(1);
  expect(await colourOf(bridge, ada)).toBe('red');
});

test('a set that is throttled is tried again', async () => {
  await porch.faults.add({
    fault: 'error',
    operation: 'setPresence',
    status: 429,
    retryAfter: 1,
    times: 1,
  });

  await set('Away', 'Away');

  expect(await colourOf(bridge, ada)).toBe('off');
  expect(porch.faults.list()).toMatchObject([{ matched: 1, struck: 1 }]);
});
