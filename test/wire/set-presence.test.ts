import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  APP,
  COLLEAGUE,
  expectError,
  HOUR_MS,
  MINUTE_MS,
  OTHER_APP,
  type Porchlight,
  preferred,
  STRANGER,
  session,
  startPorchlight,
  USER,
} from './porchlight.ts';

const PATH = `/v1.0/users/${USER}/presence/setPresence`;

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
});
afterEach(() => porchlight.close());

const set = (pair: string, expirationDuration?: string) =>
  porchlight.as().post(PATH, session(pair, expirationDuration));

test('setPresence as documented: 200, and the user shows the pair', async () => {
  const answer = await porchlight.asDocumented(`
    POST https://graph.microsoft.com/v1.0/users/fa8bf3dc-eca7-46b7-bad1-db199b62afc3/presence/setPresence
    Content-Type: application/json

    {
      "sessionId": "22553876-f5ab-4529-bffb-cfe50aa89f87",
      "availability": "Available",
      "activity": "Available",
      "expirationDuration": "PT1H"
    }
  `);
  expect(answer.status).toBe(200);
  expect(await porchlight.shown('fa8bf3dc-eca7-46b7-bad1-db199b62afc3')).toBe(
    'Available/Available',
  );
});

test('an action answers 200 without a body and without a content type', async () => {
  const answer = await set('Available/Available');
  expect(answer.status).toBe(200);
  expect(answer.text).toBe('');
  expect(answer.headers.get('content-type')).toBeNull();
  expect(answer.headers.get('content-length')).toBe('0');
});

describe('pairs', () => {
  test.each([
    'Available/Available',
    'Busy/InACall',
    'Busy/InAConferenceCall',
    'Away/Away',
    'DoNotDisturb/Presenting',
  ])('setPresence takes %s', async (pair) => {
    expect((await set(pair)).status).toBe(200);
    expect(await porchlight.shown()).toBe(pair);
  });

  test.each([
    'Available/AvailableInactive',
    'Available/OutOfOffice',
    'Available/InACall',
    'Away/OutOfOffice',
    'BeRightBack/BeRightBack',
    'Busy/Busy',
    'Busy/InAMeeting',
    'DoNotDisturb/DoNotDisturb',
    'DoNotDisturb/Focusing',
    'Offline/Offline',
    'Offline/OffWork',
    'PresenceUnknown/PresenceUnknown',
    'Available/',
    'constructor/constructor',
  ])('setPresence refuses %s and lists what it takes', async (pair) => {
    const message = expectError(await set(pair), 400, 'InvalidArgument');
    expect(message).toBe(
      `[Availability, Activity]: ${pair} is not supported here. Supported: Available/Available, ` +
        'Busy/InACall, Busy/InAConferenceCall, Away/Away, DoNotDisturb/Presenting.',
    );
    expect(await porchlight.shown()).toBe('Offline/Offline');
  });

  test('values come in in any case and go out in PascalCase', async () => {
    for (const pair of ['busy/inACall', 'BUSY/INACALL', 'bUsY/iNaCaLl']) {
      expect((await set(pair)).status).toBe(200);
      expect(await porchlight.shown()).toBe('Busy/InACall');
    }
  });
});

describe('fade', () => {
  test('an Available session shows as AvailableInactive after five minutes, as Away after ten, and ends at its expiration', async () => {
    await set('Available/Available', 'PT1H');
    const seen: [minutes: number, shown: string][] = [];
    let minutes = 0;
    for (const next of [0, 4, 5, 9, 10, 59, 60]) {
      porchlight.clock.advance((next - minutes) * MINUTE_MS);
      minutes = next;
      seen.push([minutes, await porchlight.shown()]);
    }
    expect(seen).toEqual([
      [0, 'Available/Available'],
      [4, 'Available/Available'],
      [5, 'Available/AvailableInactive'],
      [9, 'Available/AvailableInactive'],
      [10, 'Away/Away'],
      [59, 'Away/Away'],
      [60, 'Offline/Offline'],
    ]);
  });

  test('a fade comes at its instant, not a millisecond early', async () => {
    await set('Available/Available', 'PT1H');
    porchlight.clock.advance(5 * MINUTE_MS - 1);
    expect(await porchlight.shown()).toBe('Available/Available');
    porchlight.clock.advance(1);
    expect(await porchlight.shown()).toBe('Available/AvailableInactive');
    porchlight.clock.advance(5 * MINUTE_MS - 1);
    expect(await porchlight.shown()).toBe('Available/AvailableInactive');
    porchlight.clock.advance(1);
    expect(await porchlight.shown()).toBe('Away/Away');
  });

  test.each(['Busy/InACall', 'Busy/InAConferenceCall', 'Away/Away', 'DoNotDisturb/Presenting'])(
    '%s does not fade: it stays until it expires',
    async (pair) => {
      await set(pair, 'PT4H');
      porchlight.clock.advance(HOUR_MS);
      // Whatever else is said makes the server look at the session anew.
      const statusMessage = { message: { content: 'Hi' } };
      await porchlight
        .as()
        .post(`/v1.0/users/${USER}/presence/setStatusMessage`, { statusMessage });
      expect(await porchlight.shown()).toBe(pair);
      porchlight.clock.advance(3 * HOUR_MS - 1);
      expect(await porchlight.shown()).toBe(pair);
      porchlight.clock.advance(1);
      expect(await porchlight.shown()).toBe('Offline/Offline');
    },
  );

  test('expiration wins where a fade falls on it', async () => {
    await set('Available/Available', 'PT5M');
    porchlight.clock.advance(5 * MINUTE_MS);
    expect(await porchlight.shown()).toBe('Offline/Offline');
    await set('Available/Available', 'PT10M');
    porchlight.clock.advance(10 * MINUTE_MS);
    expect(await porchlight.shown()).toBe('Offline/Offline');
  });

  test('setting the same again keeps the session alive and Available', async () => {
    await set('Available/Available');
    for (let repeat = 0; repeat < 5; repeat++) {
      porchlight.clock.advance(4 * MINUTE_MS);
      expect(await porchlight.shown()).toBe('Available/Available');
      expect((await set('Available/Available')).status).toBe(200);
    }
    porchlight.clock.advance(5 * MINUTE_MS);
    expect(await porchlight.shown()).toBe('Offline/Offline');
  });

  test('setting the same again brings a faded session back', async () => {
    await set('Available/Available', 'PT1H');
    porchlight.clock.advance(12 * MINUTE_MS);
    expect(await porchlight.shown()).toBe('Away/Away');
    await set('Available/Available', 'PT1H');
    expect(await porchlight.shown()).toBe('Available/Available');
  });

  test('a keep-alive that changes nothing leaves no entry in the feed', async () => {
    await set('Busy/InACall', 'PT1H');
    const entries = async () => (await porchlight.store.feed(0, '', 100)).entries.length;
    expect(await entries()).toBe(1);
    porchlight.clock.advance(MINUTE_MS);
    await set('Busy/InACall', 'PT1H');
    expect(await entries()).toBe(1);
  });
});

describe('expirationDuration', () => {
  test.each([undefined, null])(
    'a session ends after five minutes with %s for a duration',
    async (expirationDuration) => {
      const body = { ...session('Busy/InACall'), expirationDuration };
      expect((await porchlight.as().post(PATH, body)).status).toBe(200);
      porchlight.clock.advance(5 * MINUTE_MS - 1);
      expect(await porchlight.shown()).toBe('Busy/InACall');
      porchlight.clock.advance(1);
      expect(await porchlight.shown()).toBe('Offline/Offline');
    },
  );

  test.each(['PT5M', 'PT300S', 'PT1H30M', 'PT4H', 'PT240M', 'P0DT4H', 'PT5M0.5S'])(
    'setPresence takes %s',
    async (duration) => {
      expect((await set('Busy/InACall', duration)).status).toBe(200);
    },
  );

  test.each(['PT4M59S', 'PT0S', '-PT5M', 'PT4H1S', 'PT4H0.001S', 'P1D', 'P99999D'])(
    'setPresence refuses %s as out of range: PT5M to PT4H',
    async (duration) => {
      const message = expectError(await set('Busy/InACall', duration), 400, 'InvalidArgument');
      expect(message).toBe(`[ExpirationDuration]: ${duration} is out of range: from PT5M to PT4H.`);
    },
  );

  test.each([
    '',
    'five minutes',
    '300',
    'PT',
    'P',
    '5M',
    'PT5',
    'P1M',
    'P1Y',
    'P1W',
    'PT1e3S',
    'PT5M PT5M',
  ])('setPresence refuses %j as no duration', async (duration) => {
    const message = expectError(await set('Busy/InACall', duration), 400, 'InvalidArgument');
    expect(message).toMatch(/^\[ExpirationDuration\]: .* is not an ISO 8601 duration/);
    expect(await porchlight.shown()).toBe('Offline/Offline');
  });
});

describe('sessions', () => {
  test('setPresence without a session id is 400 in the real service’s words', async () => {
    const answer = await porchlight.as().post(PATH, preferred('Busy/InACall'));
    expect(expectError(answer, 400, 'InvalidArgument')).toBe(
      '[SessionId]: The SessionId field is required.',
    );
  });

  test('the missing session id is told before the missing permission, as the real service does it', async () => {
    const answer = await porchlight.as({ permissions: [] }).post(PATH, preferred('Busy/InACall'));
    expect(expectError(answer, 400, 'InvalidArgument')).toContain('[SessionId]');
  });

  test('the session id is the calling application’s id, in any case', async () => {
    const body = session('Busy/InACall', undefined, APP.toUpperCase());
    expect((await porchlight.as().post(PATH, body)).status).toBe(200);
    const cleared = await porchlight
      .as()
      .post(`/v1.0/users/${USER}/presence/clearPresence`, { sessionId: APP });
    expect(cleared.status).toBe(200);
  });

  test('two applications have a session each: neither sets the other’s', async () => {
    await set('Busy/InACall', 'PT4H');
    const other = porchlight.as({ app: OTHER_APP });
    await other.post(PATH, session('Away/Away', 'PT4H', OTHER_APP));
    expect(await porchlight.shown()).toBe('Busy/InACall');
    await other.post(`/v1.0/users/${USER}/presence/clearPresence`, { sessionId: OTHER_APP });
    expect(await porchlight.shown()).toBe('Busy/InACall');
  });

  test('an application that uses another’s id for a session id is refused', async () => {
    const answer = await porchlight.as({ app: OTHER_APP }).post(PATH, session('Away/Away'));
    expect(expectError(answer, 400, 'InvalidArgument')).toBe(
      `[SessionId]: must be the calling application's id, ${OTHER_APP}. (Other session ids need profile extended.)`,
    );
  });

  test('an application can set any user of its tenant, also one it speaks about first', async () => {
    for (const user of [USER, COLLEAGUE, STRANGER]) {
      const answer = await porchlight
        .as()
        .post(`/v1.0/users/${user}/presence/setPresence`, session('Busy/InACall'));
      expect(answer.status).toBe(200);
      expect(await porchlight.shown(user)).toBe('Busy/InACall');
    }
  });

  test('a user sets their own presence through /me, /users/{id} and /communications/presences/{id}', async () => {
    const mira = porchlight.as({ user: USER });
    for (const [path, pair] of [
      ['/v1.0/me/presence/setPresence', 'Away/Away'],
      [`/v1.0/users/${USER}/presence/setPresence`, 'Busy/InACall'],
      [`/v1.0/communications/presences/${USER}/setPresence`, 'Available/Available'],
    ] as const) {
      expect((await mira.post(path, session(pair))).status).toBe(200);
      expect(await porchlight.shown()).toBe(pair);
    }
  });

  test('a signed-in user can’t set someone else’s presence: 401 in the real service’s words', async () => {
    const answer = await porchlight
      .as({ user: USER })
      .post(`/v1.0/users/${COLLEAGUE}/presence/setPresence`, session('Busy/InACall'));
    expect(expectError(answer, 401, 'Unauthorized')).toBe(
      `Cannot set the presence of another user. Authenticated user: ${USER}. Requested user: ${COLLEAGUE}`,
    );
    expect(await porchlight.shown(COLLEAGUE)).toBe('Offline/Offline');
  });

  test('/me with an application’s token is 400: there is no one it could mean', async () => {
    const answer = await porchlight
      .as()
      .post('/v1.0/me/presence/setPresence', session('Busy/InACall'));
    expect(expectError(answer, 400, 'BadRequest')).toBe(
      '/me request is only valid with delegated authentication flow.',
    );
  });
});
