import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  APP,
  COLLEAGUE,
  DAY_MS,
  expectError,
  HOUR_MS,
  MINUTE_MS,
  type Porchlight,
  preferred,
  session,
  startPorchlight,
  USER,
} from './porchlight.ts';

const PATH = `/v1.0/users/${USER}/presence/setUserPreferredPresence`;

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
});
afterEach(() => porchlight.close());

const prefer = (pair: string, duration?: string) =>
  porchlight.as().post(PATH, preferred(pair, duration));
const set = (pair: string, duration = 'PT4H') =>
  porchlight.as().post(`/v1.0/users/${USER}/presence/setPresence`, session(pair, duration));
const clearSession = () =>
  porchlight.as().post(`/v1.0/users/${USER}/presence/clearPresence`, { sessionId: APP });

/** Moves the clock in steps of four hours, so that a session can be kept alive on the way. */
async function passDays(days: number, lessMs = 0): Promise<void> {
  const endMs = porchlight.clock.nowMs() + days * DAY_MS - lessMs;
  while (porchlight.clock.nowMs() < endMs) {
    porchlight.clock.set(Math.min(endMs, porchlight.clock.nowMs() + 4 * HOUR_MS - 1));
    await set('Away/Away');
  }
}

test('setUserPreferredPresence as documented: 200, and the choice wins over the session', async () => {
  await set('Available/Available');
  const answer = await porchlight.asDocumented(`
    POST https://graph.microsoft.com/v1.0/users/fa8bf3dc-eca7-46b7-bad1-db199b62afc3/presence/setUserPreferredPresence
    Content-Type: application/json

    {
      "availability": "DoNotDisturb",
      "activity": "DoNotDisturb",
      "expirationDuration": "PT8H"
    }
  `);
  expect(answer.status).toBe(200);
  expect(answer.text).toBe('');
  expect(await porchlight.shown()).toBe('DoNotDisturb/DoNotDisturb');
});

describe('pairs', () => {
  test.each([
    'Available/Available',
    'Busy/Busy',
    'DoNotDisturb/DoNotDisturb',
    'BeRightBack/BeRightBack',
    'Away/Away',
    'Offline/OffWork',
  ])('setUserPreferredPresence takes %s', async (pair) => {
    await set('Busy/InACall');
    expect((await prefer(pair)).status).toBe(200);
    expect(await porchlight.shown()).toBe(pair);
  });

  test.each([
    'Busy/InACall',
    'Busy/InAConferenceCall',
    'DoNotDisturb/Presenting',
    'Offline/Offline',
    'Available/AvailableInactive',
    'Away/OutOfOffice',
    'toString/toString',
  ])('setUserPreferredPresence refuses %s and lists what it takes', async (pair) => {
    const message = expectError(await prefer(pair), 400, 'InvalidArgument');
    expect(message).toBe(
      `[Availability, Activity]: ${pair} is not supported here. Supported: Available/Available, Busy/Busy, ` +
        'DoNotDisturb/DoNotDisturb, BeRightBack/BeRightBack, Away/Away, Offline/OffWork.',
    );
  });
});

describe('with and without a session', () => {
  test('preferred presence wins over a session of any state', async () => {
    await prefer('BeRightBack/BeRightBack');
    for (const pair of ['DoNotDisturb/Presenting', 'Busy/InACall', 'Available/Available']) {
      await set(pair);
      expect(await porchlight.shown()).toBe('BeRightBack/BeRightBack');
    }
  });

  test('preferred presence without a living session shows as Offline/Offline', async () => {
    await prefer('Available/Available');
    expect(await porchlight.shown()).toBe('Offline/Offline');
  });

  test('preferred presence shows as soon as a session begins', async () => {
    await prefer('DoNotDisturb/DoNotDisturb');
    await set('Available/Available');
    expect(await porchlight.shown()).toBe('DoNotDisturb/DoNotDisturb');
  });

  test('a cleared session doesn’t hold preferred presence up, and a new one brings it back', async () => {
    await set('Available/Available');
    await prefer('Busy/Busy');
    await clearSession();
    expect(await porchlight.shown()).toBe('Offline/Offline');
    await set('Available/Available');
    expect(await porchlight.shown()).toBe('Busy/Busy');
  });

  test('an expired session doesn’t hold preferred presence up, and a new one brings it back', async () => {
    await set('Available/Available', 'PT5M');
    await prefer('Busy/Busy');
    porchlight.clock.advance(5 * MINUTE_MS);
    expect(await porchlight.shown()).toBe('Offline/Offline');
    await set('Available/Available');
    expect(await porchlight.shown()).toBe('Busy/Busy');
  });

  test('a faded session still holds preferred presence up', async () => {
    await set('Available/Available', 'PT1H');
    await prefer('Available/Available');
    porchlight.clock.advance(30 * MINUTE_MS);
    expect(await porchlight.shown()).toBe('Available/Available');
  });
});

describe('how long it is kept', () => {
  test.each(['Busy/Busy', 'DoNotDisturb/DoNotDisturb'])(
    'preferred %s is kept one day by default',
    async (pair) => {
      await prefer(pair);
      await passDays(1, 1);
      expect(await porchlight.shown()).toBe(pair);
      porchlight.clock.advance(1);
      expect(await porchlight.shown()).toBe('Away/Away');
    },
  );

  test.each(['Available/Available', 'BeRightBack/BeRightBack', 'Offline/OffWork'])(
    'preferred %s is kept seven days by default',
    async (pair) => {
      await prefer(pair);
      await passDays(7, 1);
      expect(await porchlight.shown()).toBe(pair);
      porchlight.clock.advance(1);
      expect(await porchlight.shown()).toBe('Away/Away');
    },
  );

  test('preferred Away/Away is kept seven days by default', async () => {
    await prefer('Away/Away');
    await passDays(7, 1);
    await set('Busy/InACall');
    expect(await porchlight.shown()).toBe('Away/Away');
    porchlight.clock.advance(1);
    expect(await porchlight.shown()).toBe('Busy/InACall');
  });

  test('preferred presence ends at its own expirationDuration, and the session shows again', async () => {
    await set('Busy/InACall');
    await prefer('Available/Available', 'PT2H');
    porchlight.clock.advance(2 * HOUR_MS - 1);
    expect(await porchlight.shown()).toBe('Available/Available');
    porchlight.clock.advance(1);
    expect(await porchlight.shown()).toBe('Busy/InACall');
  });

  test.each(['PT1M', 'PT8H', 'P1D', 'P30D'])(
    'setUserPreferredPresence takes %s',
    async (duration) => {
      expect((await prefer('Busy/Busy', duration)).status).toBe(200);
    },
  );

  test.each(['PT59S', 'P30DT1S', '-P1D', 'PT0S'])(
    'setUserPreferredPresence refuses %s as out of range: PT1M to P30D',
    async (duration) => {
      const message = expectError(await prefer('Busy/Busy', duration), 400, 'InvalidArgument');
      expect(message).toBe(`[ExpirationDuration]: ${duration} is out of range: from PT1M to P30D.`);
    },
  );

  test('a new choice takes the place of the old one, with a lifetime of its own', async () => {
    await set('Available/Available');
    await prefer('Busy/Busy', 'PT1H');
    await prefer('DoNotDisturb/DoNotDisturb', 'PT3H');
    porchlight.clock.advance(2 * HOUR_MS);
    expect(await porchlight.shown()).toBe('DoNotDisturb/DoNotDisturb');
  });
});

test('a user chooses for themselves through /me, and for nobody else: 401', async () => {
  const mira = porchlight.as({ user: USER });
  const body = preferred('Busy/Busy');
  expect((await mira.post('/v1.0/me/presence/setUserPreferredPresence', body)).status).toBe(200);
  const answer = await mira.post(
    `/v1.0/users/${COLLEAGUE}/presence/setUserPreferredPresence`,
    body,
  );
  expect(expectError(answer, 401, 'Unauthorized')).toContain(
    'Cannot set the presence of another user.',
  );
});
