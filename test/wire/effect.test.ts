import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  APP,
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

const path = (action: string) => `/v1.0/users/${USER}/presence/${action}`;

/** The Porchlight-Effect of setting a session. */
async function set(pair: string, app = APP): Promise<string | null> {
  const answer = await porchlight.as({ app }).post(path('setPresence'), session(pair, 'PT4H', app));
  expect([answer.status, answer.text]).toEqual([200, '']);
  return answer.headers.get('porchlight-effect');
}

async function prefer(pair: string, duration?: string): Promise<string | null> {
  const answer = await porchlight
    .as()
    .post(path('setUserPreferredPresence'), preferred(pair, duration));
  expect([answer.status, answer.text]).toEqual([200, '']);
  return answer.headers.get('porchlight-effect');
}

test('a set that shows says nothing', async () => {
  expect(await set('Busy/InACall')).toBeNull();
  expect(await prefer('Busy/Busy')).toBeNull();
});

test('a set under a preferred presence says which, and until when', async () => {
  await set('Available/Available');
  await prefer('Offline/OffWork', 'P1D');
  expect(await set('Busy/InACall')).toBe(
    'none; by="preferred Offline/OffWork until 2026-11-22T09:00:00.000Z"',
  );
});

test('a set under another session that comes first says which', async () => {
  await set('Busy/InACall', OTHER_APP);
  expect(await set('Available/Available')).toBe('none; by="session Busy/InACall"');
});

test('a set during a meeting says so, and until when', async () => {
  const at = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
  const [start, end] = [at('2026-11-21T08:30:00'), at('2026-11-21T10:00:00')];
  await porchlight.as().post(`/v1.0/users/${USER}/events`, { subject: 'Planning', start, end });
  expect(await set('Available/Available')).toBe(
    'none; by="calendar Busy/InAMeeting until 2026-11-21T10:00:00.000Z"',
  );
  expect(await set('Busy/InACall')).toBeNull();
});

test('a preferred presence without a living session says so', async () => {
  expect(await prefer('Busy/Busy')).toBe('none; by="no session"');
});

test('a set that says what shows anyway says nothing', async () => {
  await set('Busy/InACall', OTHER_APP);
  expect(await set('Busy/InACall')).toBeNull();
});

test('the legacy routes say it too', async () => {
  await set('Available/Available', OTHER_APP);
  const app = porchlight.as();
  for (const answer of [
    await app.patch(`/beta/users/${USER}/presence`, preferred('Away/Away')),
    await app.put(`/beta/users/${USER}/presence/sessions/${APP}`, preferred('Away/Away')),
  ]) {
    expect(answer.status).toBe(200);
    expect(answer.headers.get('porchlight-effect')).toBe('none; by="session Available/Available"');
  }
});

test('clearing and messages say nothing', async () => {
  await set('Busy/InACall');
  const app = porchlight.as();
  for (const answer of [
    await app.post(path('clearUserPreferredPresence'), {}),
    await app.post(path('setStatusMessage'), { statusMessage: {} }),
    await app.post(path('clearPresence'), { sessionId: APP }),
  ]) {
    expect(answer.status).toBe(200);
    expect(answer.headers.get('porchlight-effect')).toBeNull();
  }
});
