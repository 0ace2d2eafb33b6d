import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MINUTE_MS, type Porchlight, session, startPorchlight, USER } from '../porchlight.ts';
import { berlin, EVENTS, made, meeting, mondays } from './planning.ts';

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
  const path = `/v1.0/users/${USER}/presence/setPresence`;
  await porchlight.as().post(path, session('Away/Away', 'PT4H'));
});
afterEach(() => porchlight.close());

const at = (time: string) => porchlight.clock.set(Date.parse(`2026-11-${time}Z`));

describe('a meeting', () => {
  test('makes its owner Busy/InAMeeting from its first millisecond to its last', async () => {
    await made(porchlight, meeting());
    at('21T09:29:59.999');
    expect(await porchlight.shown()).toBe('Away/Away');
    at('21T09:30:00.000');
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    at('21T10:29:59.999');
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    at('21T10:30:00.000');
    expect(await porchlight.shown()).toBe('Away/Away');
  });

  test('that is changed, cancelled or deleted shows at once', async () => {
    const { id } = await made(porchlight, meeting());
    const app = porchlight.as();
    at('21T09:45:00');
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    await app.patch(`${EVENTS}/${id}`, { showAs: 'free' });
    expect(await porchlight.shown()).toBe('Away/Away');
    await app.patch(`${EVENTS}/${id}`, { showAs: 'busy', categories: ['FOCUS time'] });
    expect(await porchlight.shown()).toBe('DoNotDisturb/Focusing');
    await app.patch(`${EVENTS}/${id}`, { showAs: 'oof' });
    expect(await porchlight.shown()).toBe('Away/OutOfOffice');
    await app.patch(`${EVENTS}/${id}`, { showAs: 'busy', categories: [] });
    await app.post(`${EVENTS}/${id}/cancel`, {});
    expect(await porchlight.shown()).toBe('Away/Away');
    const next = await made(porchlight, meeting());
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    await app.delete(`${EVENTS}/${next.id}`);
    expect(await porchlight.shown()).toBe('Away/Away');
  });

  test('somebody else’s counts once it is accepted, and not any more once declined', async () => {
    const organizer = { emailAddress: { address: 'alex@contoso.example' } };
    const { id } = await made(porchlight, meeting({ organizer }));
    const app = porchlight.as();
    at('21T09:45:00');
    expect(await porchlight.shown()).toBe('Away/Away');
    await app.post(`${EVENTS}/${id}/accept`, {});
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    await app.post(`${EVENTS}/${id}/decline`, {});
    expect(await porchlight.shown()).toBe('Away/Away');
  });

  test('of a series counts where it was moved to, and not where it was', async () => {
    const range = { startDate: '2026-11-21', type: 'noEnd' };
    const recurrence = { pattern: { type: 'daily', interval: 1 }, range };
    const { id } = await made(porchlight, mondays({ ...meeting(), recurrence }));
    const moved = { start: berlin('21T12:00'), end: berlin('21T12:30') };
    await porchlight.as().patch(`${EVENTS}/${id}_20261121T103000`, moved);
    at('21T09:45:00');
    expect(await porchlight.shown()).toBe('Away/Away');
    at('21T11:00:00');
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    at('21T11:00:00');
    porchlight.clock.advance(30 * MINUTE_MS);
    expect(await porchlight.shown()).toBe('Away/Away');
  });
});
