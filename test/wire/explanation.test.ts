import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  APP,
  COLLEAGUE,
  expectError,
  MINUTE_MS,
  OTHER_APP,
  type Porchlight,
  preferred,
  START,
  STRANGER,
  session,
  startPorchlight,
  USER,
} from './porchlight.ts';

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
});
afterEach(() => porchlight.close());

const PATH = `/porchlight/users/${USER}/presence/explanation`;
const ADMIN = { permissions: ['Porchlight.Manage.All'] };
const PRESENCE = `/v1.0/users/${USER}/presence`;

const why = async () => {
  const { status, body, text } = await porchlight.as(ADMIN).get(PATH);
  expect(status, text).toBe(200);
  return body;
};

test('each fact is told, with what has become of it, and what comes next', async () => {
  const at = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
  const [start, end] = [at('2026-11-21T08:30:00'), at('2026-11-21T09:30:00')];
  await porchlight.as().post(`/v1.0/users/${USER}/events`, { subject: 'Planning', start, end });
  await porchlight.as().post(`${PRESENCE}/setPresence`, session('Available/Available', 'PT4H'));
  const other = session('Away/Away', 'PT2H', OTHER_APP);
  await porchlight.as({ app: OTHER_APP }).post(`${PRESENCE}/setPresence`, other);
  expect(await why()).toEqual({
    id: USER,
    atDateTime: '2026-11-21T09:00:00.000Z',
    availability: 'Busy',
    activity: 'InAMeeting',
    decidedBy: 'calendar',
    sessions: [
      {
        appId: APP,
        sessionId: APP,
        availability: 'Available',
        activity: 'Available',
        setDateTime: '2026-11-21T09:00:00.000Z',
        fadesDateTime: '2026-11-21T09:05:00.000Z',
        expirationDateTime: '2026-11-21T13:00:00.000Z',
        role: 'outranked',
      },
      {
        appId: OTHER_APP,
        sessionId: OTHER_APP,
        availability: 'Away',
        activity: 'Away',
        setDateTime: '2026-11-21T09:00:00.000Z',
        fadesDateTime: null,
        expirationDateTime: '2026-11-21T11:00:00.000Z',
        role: 'outranked',
      },
    ],
    preferredPresence: null,
    calendar: [
      {
        kind: 'busy',
        startDateTime: '2026-11-21T08:30:00.000Z',
        endDateTime: '2026-11-21T09:30:00.000Z',
        role: 'decides',
      },
    ],
    automaticReplies: null,
    next: { dateTime: '2026-11-21T09:30:00.000Z', availability: 'Away', activity: 'Away' },
  });
});

test('moving the clock to what comes next shows what was told', async () => {
  await porchlight.as().post(`${PRESENCE}/setPresence`, session('Available/Available', 'PT4H'));
  const { next } = (await why()) as { next: { dateTime: string; activity: string } };
  expect(next).toMatchObject({
    dateTime: '2026-11-21T09:05:00.000Z',
    activity: 'AvailableInactive',
  });
  porchlight.clock.set(Date.parse(next.dateTime) - 1);
  expect(await porchlight.shown()).toBe('Available/Available');
  porchlight.clock.set(START + 5 * MINUTE_MS);
  expect(await porchlight.shown()).toBe('Available/AvailableInactive');
});

test('the person’s choice, and automatic replies', async () => {
  await porchlight.as().post(`${PRESENCE}/setUserPreferredPresence`, preferred('Busy/Busy', 'P1D'));
  const automaticRepliesSetting = { status: 'alwaysEnabled', internalReplyMessage: 'Away' };
  await porchlight.as().patch(`/v1.0/users/${USER}/mailboxSettings`, { automaticRepliesSetting });
  expect(await why()).toMatchObject({
    activity: 'OutOfOffice',
    decidedBy: 'no session',
    preferredPresence: {
      availability: 'Busy',
      expirationDateTime: '2026-11-22T09:00:00.000Z',
      role: 'waits',
    },
    automaticReplies: { endDateTime: null, role: 'beside' },
    next: null,
  });
});

test('is for the users themselves, and for whoever looks after the server', async () => {
  const own = '/porchlight/me/presence/explanation';
  const user = porchlight.as({ user: USER, permissions: ['Presence.Read'] });
  expect(await user.get(own)).toMatchObject({ status: 200, body: { decidedBy: 'no session' } });
  const others = porchlight.as({ user: COLLEAGUE, permissions: ['Presence.Read.All'] });
  expectError(await others.get(PATH), 403, 'Forbidden');
  expectError(await porchlight.as().get(PATH), 403, 'Forbidden');
  const unknown = `/porchlight/users/${STRANGER}/presence/explanation`;
  expectError(await porchlight.as(ADMIN).get(unknown), 404, 'NotFound');
});
