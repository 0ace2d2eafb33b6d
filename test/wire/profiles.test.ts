import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Profile } from '../../src/graph/settable.ts';
import {
  APP,
  expectError,
  OTHER_APP,
  type Porchlight,
  preferred,
  session,
  startPorchlight,
  USER,
} from './porchlight.ts';

const path = (action: string) => `/v1.0/users/${USER}/presence/${action}`;

const ADDED_PAIRS = ['Busy/Busy', 'DoNotDisturb/DoNotDisturb', 'BeRightBack/BeRightBack'];

let porchlight: Porchlight;
const start = async (profile: Profile) => {
  porchlight = await startPorchlight({ profile });
};
afterEach(() => porchlight.close());

const set = (pair: string, sessionId = APP, app = APP) =>
  porchlight.as({ app }).post(path('setPresence'), session(pair, undefined, sessionId));
const clear = (sessionId: string, app = APP) =>
  porchlight.as({ app }).post(path('clearPresence'), { sessionId });

function manyIds(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  );
}

describe('profile extended', () => {
  beforeEach(() => start('extended'));

  test.each(ADDED_PAIRS)('setPresence also takes %s', async (pair) => {
    expect((await set(pair)).status).toBe(200);
    expect(await porchlight.shown()).toBe(pair);
  });

  test.each(['Offline/Offline', 'Offline/OffWork', 'Busy/InAMeeting', 'Available/OutOfOffice'])(
    'setPresence still refuses %s',
    async (pair) => {
      const message = expectError(await set(pair), 400, 'InvalidArgument');
      expect(message).toBe(
        `[Availability, Activity]: ${pair} is not supported here. Supported: Available/Available, Busy/InACall, ` +
          'Busy/InAConferenceCall, Away/Away, DoNotDisturb/Presenting, Busy/Busy, ' +
          'DoNotDisturb/DoNotDisturb, BeRightBack/BeRightBack.',
      );
    },
  );

  test.each(ADDED_PAIRS)('the legacy routes still refuse %s', async (pair) => {
    const answer = await porchlight.as().patch(`/beta/users/${USER}/presence`, preferred(pair));
    expectError(answer, 400, 'InvalidArgument');
  });

  test('one application holds several sessions: desktop, mobile and web', async () => {
    await set('Away/Away', 'desktop');
    await set('Busy/InACall', 'mobile');
    await set('Available/Available', 'web');
    expect(await porchlight.shown()).toBe('Busy/InACall');
    await clear('mobile');
    expect(await porchlight.shown()).toBe('Available/Available');
    await clear('web');
    expect(await porchlight.shown()).toBe('Away/Away');
    await clear('desktop');
    expect(await porchlight.shown()).toBe('Offline/Offline');
  });

  test('two applications may use the same session id: each has its own', async () => {
    await set('Busy/InACall', 'desktop');
    await set('Away/Away', 'desktop', OTHER_APP);
    expect((await clear('desktop', OTHER_APP)).status).toBe(200);
    expect(await porchlight.shown()).toBe('Busy/InACall');
  });

  test('session ids are told apart by case, but for the application’s own', async () => {
    await set('Busy/InACall', 'Desk');
    expectError(await clear('desk'), 404, 'NotFound');
    await set('Away/Away', APP.toUpperCase());
    expect((await clear(APP)).status).toBe(200);
  });

  test.each([['a'], ['x'.repeat(128)], ['büro 🖥️'], ['a/b?c#d']])(
    'a session may be called %j',
    async (sessionId) => {
      expect((await set('Busy/InACall', sessionId)).status).toBe(200);
      expect((await clear(sessionId)).status).toBe(200);
    },
  );

  test.each([
    ['nothing', ''],
    ['129 characters', 'x'.repeat(129)],
  ])('a session id of %s is refused', async (_, sessionId) => {
    const answer = await set('Busy/InACall', sessionId);
    expect(expectError(answer, 400, 'InvalidArgument')).toBe(
      '[SessionId]: must have 1 to 128 characters.',
    );
  });

  test('a session id with half of a surrogate pair is refused', async () => {
    const answer = await porchlight
      .as()
      .post(
        path('setPresence'),
        '{"sessionId":"desk \\udc00","availability":"Busy","activity":"InACall"}',
      );
    expect(expectError(answer, 400, 'InvalidArgument')).toContain(
      '[SessionId]: is not well-formed Unicode',
    );
  });

  test('a legacy route takes other session ids too', async () => {
    const url = `/beta/users/${USER}/presence/sessions/${encodeURIComponent('büro 1')}`;
    expect((await porchlight.as().put(url, preferred('Busy/InACall'))).status).toBe(200);
    expect((await clear('büro 1')).status).toBe(200);
  });

  test('64 sessions of one user are held, the 65th is 409, and one that ends makes room', async () => {
    for (let index = 0; index < 64; index++) {
      expect((await set('Busy/InACall', `${index}`)).status).toBe(200);
    }
    expectError(await set('Away/Away', '64'), 409, 'Conflict');
    expect((await set('Away/Away', '63')).status).toBe(200);
    await clear('0');
    expect((await set('Away/Away', '64')).status).toBe(200);
  });

  test('651 and 10,000 ids are answered, 10,001 refused', async () => {
    const bulk = (count: number) =>
      porchlight.as().post('/v1.0/communications/getPresencesByUserId', { ids: manyIds(count) });
    for (const count of [651, 10_000]) {
      const { status, body } = await bulk(count);
      expect(status).toBe(200);
      expect((body as { value: unknown[] }).value).toHaveLength(count);
    }
    expect(expectError(await bulk(10_001), 400, 'InvalidArgument')).toBe(
      '[Ids]: 10001 ids are too many: 10000 at most.',
    );
  });
});

describe('profile graph', () => {
  beforeEach(() => start('graph'));

  test.each(ADDED_PAIRS)('setPresence refuses %s, as Graph does', async (pair) => {
    expectError(await set(pair), 400, 'InvalidArgument');
    expect(await porchlight.shown()).toBe('Offline/Offline');
  });

  test.each(['desktop', OTHER_APP, `${APP} `])(
    'setPresence refuses the session id %j: it must be the application’s own',
    async (sessionId) => {
      expect(expectError(await set('Busy/InACall', sessionId), 400, 'InvalidArgument')).toBe(
        `[SessionId]: must be the calling application's id, ${APP}. (Other session ids need profile extended.)`,
      );
    },
  );

  test('the legacy routes refuse another session id too', async () => {
    for (const url of [
      `/beta/users/${USER}/presence/sessions/desktop`,
      `/beta/users/${USER}/presence/desktop`,
    ]) {
      expectError(
        await porchlight.as().put(url, preferred('Busy/InACall')),
        400,
        'InvalidArgument',
      );
    }
  });

  test('651 ids are refused, as Graph does', async () => {
    const answer = await porchlight
      .as()
      .post('/v1.0/communications/getPresencesByUserId', { ids: manyIds(651) });
    expectError(answer, 400, 'InvalidArgument');
  });
});
