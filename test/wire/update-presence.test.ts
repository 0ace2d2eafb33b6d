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

const PATH = `/beta/users/${USER}/presence`;

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
});
afterEach(() => porchlight.close());

const update = (pair: string, app = APP) => porchlight.as({ app }).patch(PATH, preferred(pair));

test('PATCH /users/{id}/presence as documented sets the application’s session: 200', async () => {
  // The page leaves out the empty line between headers and body.
  const answer = await porchlight.asDocumented(
    `
    PATCH https://graph.microsoft.com/beta/users/fa8bf3dc-eca7-46b7-bad1-db199b62afc3/presence
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

describe('pairs', () => {
  test.each(['Available/Available', 'Busy/InACall', 'Busy/InAConferenceCall', 'Away/Away'])(
    'PATCH takes %s',
    async (pair) => {
      expect((await update(pair)).status).toBe(200);
      expect(await porchlight.shown()).toBe(pair);
    },
  );

  test.each(['DoNotDisturb/Presenting', 'Busy/Busy', 'Offline/OffWork', 'BeRightBack/BeRightBack'])(
    'PATCH refuses %s and lists what it takes',
    async (pair) => {
      const message = expectError(await update(pair), 400, 'InvalidArgument');
      expect(message).toBe(
        `[Availability, Activity]: ${pair} is not supported here. Supported: Available/Available, ` +
          'Busy/InACall, Busy/InAConferenceCall, Away/Away, Offline/Offline.',
      );
    },
  );
});

describe('Offline/Offline', () => {
  test('PATCH Offline/Offline signs the application’s session off', async () => {
    await update('Busy/InACall');
    expect((await update('Offline/Offline')).status).toBe(200);
    expect(await porchlight.shown()).toBe('Offline/Offline');
    const again = await porchlight
      .as()
      .post(`/v1.0/users/${USER}/presence/clearPresence`, { sessionId: APP });
    expectError(again, 404, 'NotFound');
  });

  test('PATCH Offline/Offline without a session is 200 too', async () => {
    expect((await update('Offline/Offline')).status).toBe(200);
    expect((await update('Offline/Offline')).status).toBe(200);
  });

  test('a session signed off doesn’t hold preferred presence up', async () => {
    await update('Busy/InACall');
    await porchlight
      .as()
      .post(`/v1.0/users/${USER}/presence/setUserPreferredPresence`, preferred('Busy/Busy'));
    await update('Offline/Offline');
    expect(await porchlight.shown()).toBe('Offline/Offline');
  });

  test('PATCH Offline/Offline leaves another application’s session alone', async () => {
    await update('Busy/InACall', OTHER_APP);
    await update('Offline/Offline');
    expect(await porchlight.shown()).toBe('Busy/InACall');
  });
});

describe('timeouts', () => {
  test('an Available session set with PATCH fades at 5 and 10 minutes and is Offline/Offline with the third timeout, at 15', async () => {
    await update('Available/Available');
    const seen: string[] = [];
    for (let minute = 0; minute <= 15; minute++) {
      seen.push(await porchlight.shown());
      porchlight.clock.advance(MINUTE_MS);
    }
    expect(seen).toEqual([
      ...new Array(5).fill('Available/Available'),
      ...new Array(5).fill('Available/AvailableInactive'),
      ...new Array(5).fill('Away/Away'),
      'Offline/Offline',
    ]);
  });

  test('a Busy session set with PATCH stays Busy until the third timeout, at 15 minutes', async () => {
    await update('Busy/InACall');
    porchlight.clock.advance(15 * MINUTE_MS - 1);
    expect(await porchlight.shown()).toBe('Busy/InACall');
    porchlight.clock.advance(1);
    expect(await porchlight.shown()).toBe('Offline/Offline');
  });

  test('PATCH within the timeout keeps the session alive, even if nothing has changed', async () => {
    for (let repeat = 0; repeat < 6; repeat++) {
      await update('Available/Available');
      porchlight.clock.advance(5 * MINUTE_MS - 1);
      expect(await porchlight.shown()).toBe('Available/Available');
    }
  });
});

test('PATCH and setPresence speak of the same session: the application’s', async () => {
  await update('Busy/InACall');
  await porchlight
    .as()
    .post(`/v1.0/users/${USER}/presence/setPresence`, session('Away/Away', 'PT1H'));
  expect(await porchlight.shown()).toBe('Away/Away');
});

test('several applications’ sessions are aggregated, each “signed in” on its own', async () => {
  await update('Away/Away');
  await update('Available/Available', OTHER_APP);
  expect(await porchlight.shown()).toBe('Available/Available');
  await update('Offline/Offline', OTHER_APP);
  expect(await porchlight.shown()).toBe('Away/Away');
});

test('PATCH is open to application permissions alone: a signed-in user is told so', async () => {
  const answer = await porchlight.as({ user: USER }).patch(PATH, preferred('Busy/InACall'));
  expect(expectError(answer, 403, 'Forbidden')).toBe(
    "This operation isn't open to delegated permissions, and the token is a delegated one; " +
      "it needs an application's own token and the application permission Presence.ReadWrite.All.",
  );
});

test('PATCH is no way to write outOfOfficeSettings or other properties', async () => {
  const answer = await porchlight
    .as()
    .patch(PATH, { ...preferred('Busy/InACall'), outOfOfficeSettings: { isOutOfOffice: true } });
  expect(expectError(answer, 400, 'InvalidArgument')).toBe(
    '[outOfOfficeSettings]: This field is not known here.',
  );
});
