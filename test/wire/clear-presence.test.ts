import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  APP,
  COLLEAGUE,
  expectError,
  MINUTE_MS,
  OTHER_APP,
  type Porchlight,
  session,
  startPorchlight,
  USER,
} from './porchlight.ts';

const PATH = `/beta/users/${USER}/presence/clearPresence`;

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
});
afterEach(() => porchlight.close());

const set = (pair: string, duration?: string, app = APP) =>
  porchlight
    .as({ app })
    .post(`/v1.0/users/${USER}/presence/setPresence`, session(pair, duration, app));
const clear = (app = APP) => porchlight.as({ app }).post(PATH, { sessionId: app });

/** The example of the page, as written there. */
const clearAsDocumented = () =>
  porchlight.asDocumented(
    `
    POST https://graph.microsoft.com/beta/users/fa8bf3dc-eca7-46b7-bad1-db199b62afc3/presence/clearPresence
    Content-Type: application/json

    {
      "sessionId": "22553876-f5ab-4529-bffb-cfe50aa89f87"
    }
  `,
    { app: '22553876-f5ab-4529-bffb-cfe50aa89f87', permissions: ['Presence.ReadWrite.All'] },
  );

test('clearPresence as documented ends the application’s session: 200', async () => {
  await set('Busy/InACall');
  const answer = await clearAsDocumented();
  expect(answer.status).toBe(200);
  expect(answer.text).toBe('');
  expect(await porchlight.shown()).toBe('Offline/Offline');
});

test('clearPresence as documented is 404 NotFound when the session did not exist', async () => {
  const answer = await clearAsDocumented();
  expect(expectError(answer, 404, 'NotFound')).toBe(
    'This application has no such presence session.',
  );
});

test('with the user’s only session cleared the user is Offline/Offline', async () => {
  await set('Available/Available');
  await clear();
  expect(await porchlight.shown()).toBe('Offline/Offline');
});

test('with one of two sessions cleared the other shows', async () => {
  await set('Busy/InACall');
  await set('Away/Away', undefined, OTHER_APP);
  await clear();
  expect(await porchlight.shown()).toBe('Away/Away');
});

test('clearing a second time is 404', async () => {
  await set('Busy/InACall');
  expect((await clear()).status).toBe(200);
  expectError(await clear(), 404, 'NotFound');
});

test('clearing a session that has expired is 404', async () => {
  await set('Busy/InACall');
  porchlight.clock.advance(5 * MINUTE_MS);
  expectError(await clear(), 404, 'NotFound');
});

test('clearing a session that has faded, but not expired, is 200', async () => {
  await set('Available/Available', 'PT1H');
  porchlight.clock.advance(30 * MINUTE_MS);
  expect((await clear()).status).toBe(200);
});

test('no application can clear another’s session', async () => {
  await set('Busy/InACall');
  const answer = await porchlight.as({ app: OTHER_APP }).post(PATH, { sessionId: APP });
  expectError(answer, 404, 'NotFound');
  expect(await porchlight.shown()).toBe('Busy/InACall');
});

test('the application’s id clears its session in any case', async () => {
  await set('Busy/InACall');
  const answer = await porchlight.as().post(PATH, { sessionId: APP.toUpperCase() });
  expect(answer.status).toBe(200);
  expect(await porchlight.shown()).toBe('Offline/Offline');
});

test('clearPresence without a session id is 400', async () => {
  const answer = await porchlight.as().post(PATH, {});
  expect(expectError(answer, 400, 'InvalidArgument')).toBe(
    '[SessionId]: The SessionId field is required.',
  );
});

test('a user clears their own session through /me', async () => {
  await set('Busy/InACall');
  const answer = await porchlight
    .as({ user: USER })
    .post('/v1.0/me/presence/clearPresence', { sessionId: APP });
  expect(answer.status).toBe(200);
  expect(await porchlight.shown()).toBe('Offline/Offline');
});

test('a signed-in user can’t clear someone else’s session: 401', async () => {
  await set('Busy/InACall');
  const answer = await porchlight.as({ user: COLLEAGUE }).post(PATH, { sessionId: APP });
  expect(expectError(answer, 401, 'Unauthorized')).toBe(
    `Cannot set the presence of another user. Authenticated user: ${COLLEAGUE}. Requested user: ${USER}`,
  );
  expect(await porchlight.shown()).toBe('Busy/InACall');
});
