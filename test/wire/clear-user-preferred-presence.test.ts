import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  COLLEAGUE,
  expectError,
  type Porchlight,
  preferred,
  STRANGER,
  session,
  startPorchlight,
  USER,
} from './porchlight.ts';

const PATH = `/v1.0/users/${USER}/presence/clearUserPreferredPresence`;

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
  await porchlight
    .as()
    .post(`/v1.0/users/${USER}/presence/setPresence`, session('Available/Available', 'PT4H'));
  await porchlight
    .as()
    .post(`/v1.0/users/${USER}/presence/setUserPreferredPresence`, preferred('Busy/Busy'));
});
afterEach(() => porchlight.close());

test('clearUserPreferredPresence as documented: 200, and the session shows again', async () => {
  expect(await porchlight.shown()).toBe('Busy/Busy');
  const answer = await porchlight.asDocumented(
    `
    POST https://graph.microsoft.com/v1.0/users/fa8bf3dc-eca7-46b7-bad1-db199b62afc3/presence/clearUserPreferredPresence
    Content-Type: application/json

    {

    }
  `,
    { permissions: ['Presence.ReadWrite.All'] },
  );
  expect(answer.status).toBe(200);
  expect(answer.text).toBe('');
  expect(await porchlight.shown()).toBe('Available/Available');
});

test('a signed-in user with Presence.ReadWrite clears their own choice', async () => {
  const mira = porchlight.as({ user: USER, permissions: ['Presence.ReadWrite'] });
  expect((await mira.post(PATH, {})).status).toBe(200);
  expect(await porchlight.shown()).toBe('Available/Available');
});

test('clearUserPreferredPresence works without a body, with and without a content type', async () => {
  const token = await porchlight.token();
  expect((await porchlight.send('POST', PATH, { token })).status).toBe(200);
  const headers = { 'content-type': 'application/json' };
  expect((await porchlight.send('POST', PATH, { token, headers })).status).toBe(200);
});

test('an OData annotation doesn’t make the empty object less empty', async () => {
  const body = { '@odata.type': '#microsoft.graph.presence' };
  expect((await porchlight.as().post(PATH, body)).status).toBe(200);
});

test.each([[[]], ['text'], [1], [true], [null], [{ availability: 'Busy' }]])(
  'clearUserPreferredPresence refuses the body %j',
  async (body) => {
    const answer = await porchlight.as().post(PATH, JSON.stringify(body));
    expectError(answer, 400, 'InvalidArgument');
    expect(await porchlight.shown()).toBe('Busy/Busy');
  },
);

test('clearing a choice that isn’t set is 200, once and again', async () => {
  for (let repeat = 0; repeat < 3; repeat++) {
    expect((await porchlight.as().post(PATH, {})).status).toBe(200);
  }
});

test('clearing the choice of a user nobody spoke about is 200, and makes nobody known', async () => {
  const path = `/v1.0/users/${STRANGER}/presence/clearUserPreferredPresence`;
  expect((await porchlight.as().post(path, {})).status).toBe(200);
  expect(await porchlight.shown(STRANGER)).toBe('nobody');
});

test('a signed-in user can’t clear someone else’s choice: 401', async () => {
  const answer = await porchlight.as({ user: COLLEAGUE }).post(PATH, {});
  expectError(answer, 401, 'Unauthorized');
  expect(await porchlight.shown()).toBe('Busy/Busy');
});
