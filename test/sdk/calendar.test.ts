import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DevCertificates, openDevCertificates } from '../../src/auth/dev-certificates/open.ts';
import { newFolder } from '../store/folders.ts';
import { berlin, meeting, mondays } from '../wire/events/planning.ts';
import { type Porchlight, session, startPorchlight, USER } from '../wire/porchlight.ts';
import { runClient } from './clients.ts';

/** Microsoft's clients, unchanged, against a server whose clock is moved. */

let certificates: DevCertificates;
let porchlight: Porchlight;

beforeAll(async () => {
  certificates = await openDevCertificates({ dir: newFolder(), nowMs: Date.now() });
  porchlight = await startPorchlight({ tls: certificates });
});
afterAll(() => porchlight.close());

async function run(program: string, task: object): Promise<Record<string, unknown>> {
  const token = await porchlight.token();
  const whole = { origin: porchlight.secureOrigin, token, user: USER, ...task };
  return (await runClient(program, whole, certificates.caPath)) as Record<string, unknown>;
}

test('@microsoft/microsoft-graph-client makes a series, pages through a view, and its meetings show at their first second', async () => {
  const path = `/v1.0/users/${USER}/presence/setPresence`;
  await porchlight.as().post(path, session('Available/Available', 'PT4H'));
  const recurrence = {
    pattern: { type: 'daily', interval: 1 },
    range: { type: 'noEnd', startDate: '2026-11-21' },
  };
  const { made, events } = await run('calendar-graph-client', {
    series: meeting({ recurrence }),
    change: { subject: 'Moved', start: berlin('22T15:00'), end: berlin('22T16:00') },
    view: 'startDateTime=2026-11-21T00:00:00Z&endDateTime=2026-11-28T00:00:00Z',
  });
  expect(made).toMatchObject({ subject: 'Planning', type: 'seriesMaster' });
  const times = (events as { subject: string; start: { dateTime: string } }[]).map(
    ({ subject, start }) => `${subject} ${start.dateTime.slice(8, 16)}`,
  );
  expect(times).toEqual([
    'Planning 21T10:30',
    'Moved 22T15:00',
    ...['23', '24', '25', '26', '27'].map((day) => `Planning ${day}T10:30`),
  ]);

  porchlight.clock.set(Date.parse('2026-11-21T09:29:59Z'));
  expect(await porchlight.shown()).not.toBe('Busy/InAMeeting');
  porchlight.clock.set(Date.parse('2026-11-21T09:30:00Z'));
  expect(await porchlight.shown()).toBe('Busy/InAMeeting');
});

test('@microsoft/msgraph-sdk makes, answers, changes and deletes events', async () => {
  const organizer = { emailAddress: { name: 'Alex', address: 'alex@contoso.example' } };
  const { made, value, again } = await run('calendar-msgraph-sdk', {
    series: mondays({ body: { contentType: 'html', content: '<p>Agenda</p>' }, showAs: 'busy' }),
    invitation: meeting({ organizer, start: berlin('23T11:00'), end: berlin('23T12:00') }),
    view: { startDateTime: '2026-11-23T07:00:00Z', endDateTime: '2026-11-23T23:00:00Z' },
  });
  expect(made).toMatchObject({ subject: 'Monday', recurrence: { pattern: { type: 'weekly' } } });
  expect(value).toContainEqual(
    expect.objectContaining({
      showAs: 'busy',
      responseStatus: expect.objectContaining({ response: 'accepted' }),
    }),
  );
  expect(again).toMatchObject({
    subject: 'All of it sent back',
    originalStartTimeZone: 'Europe/Berlin',
    bodyPreview: 'Agenda',
  });
});
