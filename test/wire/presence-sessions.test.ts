import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  APP,
  expectError,
  MINUTE_MS,
  OTHER_APP,
  type Porchlight,
  preferred,
  session,
  startPorchlight,
  USER,
} from './porchlight.ts';

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
});
afterEach(() => porchlight.close());

test('PUT as in the page’s example, without /sessions, sets the application’s session: 200', async () => {
  const answer = await porchlight.asDocumented(
    `
    PUT https://graph.microsoft.com/beta/users/fa8bf3dc-eca7-46b7-bad1-db199b62afc3/presence/22553876-f5ab-4529-bffb-cfe50aa89f87
    Content-Type: application/json
    {
      "availability": "Available",
      "activity": "Available"
    }
  `,
    { permissions: ['Presence.ReadWrite.All'] },
  );
  expect(answer.status).toBe(200);
  expect(answer.text).toBe('');
  expect(await porchlight.shown()).toBe('Available/Available');
});

test('DELETE as in the page’s example, without /sessions, ends the application’s session: 200', async () => {
  await porchlight.as().put(`/beta/users/${USER}/presence/${APP}`, preferred('Busy/InACall'));
  const answer = await porchlight.asDocumented(
    'DELETE https://graph.microsoft.com/beta/users/fa8bf3dc-eca7-46b7-bad1-db199b62afc3/presence/22553876-f5ab-4529-bffb-cfe50aa89f87',
    { permissions: ['Presence.ReadWrite.All'] },
  );
  expect(answer.status).toBe(200);
  expect(answer.text).toBe('');
  expect(await porchlight.shown()).toBe('Offline/Offline');
});

describe.each([
  ['/users/{userId}/presence/sessions/{sessionId}', `/beta/users/${USER}/presence/sessions/`],
  ['/users/{userId}/presence/{sessionId}', `/beta/users/${USER}/presence/`],
])('%s', (route, base) => {
  const update = (pair: string, app = APP, sessionId = app) =>
    porchlight.as({ app }).put(`${base}${sessionId}`, preferred(pair));
  const remove = (app = APP, sessionId = app) =>
    porchlight.as({ app }).delete(`${base}${sessionId}`);

  test.each(['Available/Available', 'Busy/InACall', 'Busy/InAConferenceCall', 'Away/Away'])(
    `PUT ${route} takes %s`,
    async (pair) => {
      expect((await update(pair)).status).toBe(200);
      expect(await porchlight.shown()).toBe(pair);
    },
  );

  test.each(['Offline/Offline', 'DoNotDisturb/Presenting', 'Busy/Busy'])(
    `PUT ${route} refuses %s and lists what it takes`,
    async (pair) => {
      const message = expectError(await update(pair), 400, 'InvalidArgument');
      expect(message).toBe(
        `[Availability, Activity]: ${pair} is not supported here. Supported: Available/Available, ` +
          'Busy/InACall, Busy/InAConferenceCall, Away/Away.',
      );
    },
  );

  test(`an Available session set with PUT ${route} fades and is Offline/Offline with the third timeout, at 15 minutes`, async () => {
    await update('Available/Available');
    const seen: string[] = [];
    for (let minute = 0; minute < 20; minute += 5) {
      seen.push(await porchlight.shown());
      porchlight.clock.advance(5 * MINUTE_MS);
    }
    expect(seen).toEqual([
      'Available/Available',
      'Available/AvailableInactive',
      'Away/Away',
      'Offline/Offline',
    ]);
  });

  test(`PUT ${route} before the timeout keeps the session alive`, async () => {
    for (let repeat = 0; repeat < 4; repeat++) {
      await update('Available/Available');
      porchlight.clock.advance(4 * MINUTE_MS);
    }
    expect(await porchlight.shown()).toBe('Available/Available');
  });

  test(`DELETE ${route} of the user’s only session leaves Offline/Offline`, async () => {
    await update('Available/Available');
    expect((await remove()).status).toBe(200);
    expect(await porchlight.shown()).toBe('Offline/Offline');
  });

  test(`DELETE ${route} of one session leaves the others`, async () => {
    await update('Busy/InACall');
    await update('Away/Away', OTHER_APP);
    await remove();
    expect(await porchlight.shown()).toBe('Away/Away');
  });

  test(`DELETE ${route} a second time is 404`, async () => {
    await update('Available/Available');
    await remove();
    expectError(await remove(), 404, 'NotFound');
  });

  test(`${route} with another application’s id reaches nothing of that application`, async () => {
    await update('Busy/InACall');
    expectError(await update('Away/Away', OTHER_APP, APP), 400, 'InvalidArgument');
    expectError(await remove(OTHER_APP, APP), 404, 'NotFound');
    expect(await porchlight.shown()).toBe('Busy/InACall');
  });

  test(`${route} is open to application permissions alone`, async () => {
    const mira = porchlight.as({ user: USER });
    expectError(await mira.put(`${base}${APP}`, preferred('Busy/InACall')), 403, 'Forbidden');
    expectError(await mira.delete(`${base}${APP}`), 403, 'Forbidden');
  });

  test(`DELETE ${route} needs no body, and takes the empty one that clients send`, async () => {
    for (const body of [undefined, '', {}]) {
      await update('Busy/InACall');
      expect((await porchlight.as().delete(`${base}${APP}`, body)).status).toBe(200);
    }
  });
});

test('a session set with PUT is the one that setPresence and clearPresence know', async () => {
  const app = porchlight.as();
  await app.put(`/beta/users/${USER}/presence/sessions/${APP}`, preferred('Busy/InACall'));
  await app.post(`/v1.0/users/${USER}/presence/setPresence`, session('Away/Away'));
  expect(await porchlight.shown()).toBe('Away/Away');
  await app.post(`/v1.0/users/${USER}/presence/clearPresence`, { sessionId: APP });
  expectError(await app.delete(`/beta/users/${USER}/presence/sessions/${APP}`), 404, 'NotFound');
});
