import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Client } from '@microsoft/microsoft-graph-client';
import { startPorchlight } from 'porchlight/testing';
import { colourOf, watch } from './light.js';

let porch;
let bridge;
let bruno;
let ada;

before(async () => {
  porch = await startPorchlight({ now: '2026-11-21T09:00:00Z', https: true });
  // Microsoft's client, unchanged: once as an application, once for a signed-in user.
  bridge = Client.initWithMiddleware(porch.clientOptions());
  bruno = Client.initWithMiddleware(porch.clientOptions({ user: 'bruno' }));
  ada = porch.user('ada').id;
});
beforeEach(() => porch.reset());
after(() => porch.close());

const set = (availability, activity) =>
  bridge.api(`/users/${ada}/presence/setPresence`).post({
    sessionId: porch.tenant.appId,
    availability,
    activity,
    expirationDuration: 'PT1H',
  });

test('the light fades with the presence', async () => {
  await set('Available', 'Available');
  assert.equal(await colourOf(bridge, ada), 'green');
  await porch.advance('PT10M');
  assert.equal(await colourOf(bridge, ada), 'off');
});

test('nothing is left of the test before', async () => {
  assert.deepEqual(porch.now, new Date('2026-11-21T09:00:00Z'));
  assert.equal(await colourOf(bridge, ada), 'off');
});

test('a change is notified', async () => {
  const inbox = porch.inbox();
  await watch(bruno, ada, inbox.url, porch.now);

  await set('Busy', 'InACall');

  const { userId, clientState } = await inbox.next();
  assert.deepEqual({ userId, clientState }, { userId: ada, clientState: 'desk light' });
  assert.equal(await colourOf(bridge, ada), 'red');
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

  assert.equal(await colourOf(bridge, ada), 'red');
  assert.deepEqual(porch.faults.list(), [{ id: '1', matched: 1, struck: 1 }]);
});
