import { Compile } from 'typebox/compile';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { advance } from '../../src/engine/advance.ts';
import { explanationSchema } from '../../src/http/operations/explanation-schema.ts';
import {
  APP,
  COLLEAGUE,
  EXAMPLE_DIRECTORY,
  expectError,
  MINUTE_MS,
  OTHER_APP,
  type Porchlight,
  preferred,
  START,
  STRANGER,
  session,
  startPorchlight,
  TENANT,
  USER,
} from './porchlight.ts';

let porchlight: Porchlight;
beforeEach(async () => {
  const appName = (tenantId: string, appId: string) =>
    tenantId === TENANT && appId === APP ? 'Desk phone bridge' : undefined;
  porchlight = await startPorchlight({ directory: { ...EXAMPLE_DIRECTORY, appName } });
});
afterEach(() => porchlight.close());

const THIRD_APP = 'b80288ba-3467-4024-91d0-166f19d83d4d';

const AVAILABLE = { availability: 'Available', activity: 'Available' };
const INACTIVE = { availability: 'Available', activity: 'AvailableInactive' };
const AWAY = { availability: 'Away', activity: 'Away' };

const documented = Compile(explanationSchema);

const PATH = `/porchlight/users/${USER}/presence/explanation`;
const ADMIN = { permissions: ['Porchlight.Manage.All'] };
const PRESENCE = `/v1.0/users/${USER}/presence`;

const at = (time: string) => ({ dateTime: `2026-11-21T${time}:00`, timeZone: 'UTC' });

const why = async () => {
  const { status, body, text } = await porchlight.as(ADMIN).get(PATH);
  expect(status, text).toBe(200);
  // As the documents say; whatever is answered in this file.
  expect(documented.Errors(body)).toEqual([]);
  return body;
};

test('each fact is told, with what has become of it, and what comes next', async () => {
  const [start, end] = [at('08:30'), at('09:30')];
  await porchlight.as().post(`/v1.0/users/${USER}/events`, { subject: 'Planning', start, end });
  await porchlight.as().post(`${PRESENCE}/setPresence`, session('Available/Available', 'PT4H'));
  const other = session('Away/Away', 'PT2H', OTHER_APP);
  await porchlight.as({ app: OTHER_APP }).post(`${PRESENCE}/setPresence`, other);
  expect(await why()).toEqual({
    id: USER,
    atDateTime: '2026-11-21T09:00:00.000Z',
    availability: 'Busy',
    activity: 'InAMeeting',
    sequenceNumber: expect.stringMatching(/^A\d{16}$/),
    sinceDateTime: '2026-11-21T09:00:00.000Z',
    decidedBy: 'calendar',
    reason: 'the calendar says Busy/InAMeeting until 2026-11-21T09:30:00Z',
    sessions: [
      {
        appId: APP,
        appDisplayName: 'Desk phone bridge',
        sessionId: APP,
        availability: 'Available',
        activity: 'Available',
        setTo: AVAILABLE,
        setDateTime: '2026-11-21T09:00:00.000Z',
        fades: [
          { dateTime: '2026-11-21T09:05:00.000Z', ...INACTIVE },
          { dateTime: '2026-11-21T09:10:00.000Z', ...AWAY },
        ],
        expirationDateTime: '2026-11-21T13:00:00.000Z',
        role: 'outranked',
        reason: 'outranked by Busy/InAMeeting of the calendar, until 2026-11-21T09:30:00Z',
      },
      {
        appId: OTHER_APP,
        appDisplayName: null,
        sessionId: OTHER_APP,
        availability: 'Away',
        activity: 'Away',
        setTo: AWAY,
        setDateTime: '2026-11-21T09:00:00.000Z',
        fades: [],
        expirationDateTime: '2026-11-21T11:00:00.000Z',
        role: 'outranked',
        reason: 'outranked by Busy/InAMeeting of the calendar, until 2026-11-21T09:30:00Z',
      },
    ],
    preferredPresence: null,
    calendar: {
      isAwaited: false,
      knownUntilDateTime: null,
      events: [
        {
          kind: 'busy',
          availability: 'Busy',
          activity: 'InAMeeting',
          startDateTime: '2026-11-21T08:30:00.000Z',
          endDateTime: '2026-11-21T09:30:00.000Z',
          role: 'decides',
          reason: null,
        },
      ],
    },
    outOfOffice: {
      isOutOfOffice: false,
      message: null,
      decidedBy: null,
      automaticReplies: null,
      events: [],
    },
    statusMessage: null,
    workLocation: {
      source: 'none',
      workLocationType: 'unspecified',
      placeId: null,
      signals: [],
    },
    next: {
      dateTime: '2026-11-21T09:30:00.000Z',
      ...AWAY,
      outOfOfficeSettings: { message: null, isOutOfOffice: false },
      statusMessage: null,
      workLocation: { source: 'none', workLocationType: 'unspecified', placeId: null },
      changes: ['availability', 'activity'],
      causes: [{ fact: 'calendar', turn: 'ends', kind: 'busy' }],
      reason: 'a meeting in the calendar ends',
    },
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

test('the person’s choice waits for a session; automatic replies don’t', async () => {
  await porchlight.as().post(`${PRESENCE}/setUserPreferredPresence`, preferred('Busy/Busy', 'P1D'));
  const automaticRepliesSetting = { status: 'alwaysEnabled', internalReplyMessage: 'Away' };
  await porchlight.as().patch(`/v1.0/users/${USER}/mailboxSettings`, { automaticRepliesSetting });
  expect(await why()).toMatchObject({
    activity: 'OutOfOffice',
    decidedBy: 'no session',
    reason: 'no session lives; being out of office makes it Offline/OutOfOffice',
    preferredPresence: {
      availability: 'Busy',
      expirationDateTime: '2026-11-22T09:00:00.000Z',
      role: 'waits',
      reason: 'no session lives, so it waits for one',
    },
    outOfOffice: {
      isOutOfOffice: true,
      message: 'Away',
      decidedBy: 'automaticReplies',
      automaticReplies: { startDateTime: null, endDateTime: null, role: 'decides', reason: null },
    },
    next: null,
  });
});

/** Three applications, the person's choice, calendar, automatic replies, status message and work locations. */
async function beginDay(): Promise<void> {
  const [app, other] = [porchlight.as(), porchlight.as({ app: OTHER_APP })];
  const own = porchlight.as({ user: USER, app: THIRD_APP });
  const answers = [
    await app.post(`${PRESENCE}/setPresence`, session('Available/Available', 'PT4H')),
    await other.post(`${PRESENCE}/setPresence`, session('Busy/InACall', 'PT30M', OTHER_APP)),
    await porchlight
      .as({ app: THIRD_APP })
      .patch(`/beta/users/${USER}/presence`, preferred('Available/Available')),
    await app.post(
      `${PRESENCE}/setUserPreferredPresence`,
      preferred('DoNotDisturb/DoNotDisturb', 'PT20M'),
    ),
    await own.post('/v1.0/me/presence/setStatusMessage', {
      statusMessage: {
        message: { content: 'In the lab', contentType: 'text' },
        expiryDateTime: at('09:50'),
      },
    }),
    await own.post('/v1.0/me/presence/setManualLocation', { workLocationType: 'office' }),
    await own.post('/v1.0/me/presence/setAutomaticLocation', { workLocationType: 'remote' }),
  ];
  const event = (start: string, end: string, showAs: string) =>
    app.post(`/v1.0/users/${USER}/events`, {
      ...{ subject: 'Planning', start: at(start), end: at(end), showAs },
    });
  answers.push(
    await event('09:40', '10:10', 'busy'),
    await event('11:00', '12:00', 'oof'),
    await event('08:00', '10:20', 'workingElsewhere'),
    await app.patch(`/v1.0/users/${USER}/mailboxSettings`, {
      automaticRepliesSetting: {
        status: 'scheduled',
        internalReplyMessage: 'Back soon',
        scheduledStartDateTime: at('10:30'),
        scheduledEndDateTime: at('11:30'),
      },
    }),
  );
  for (const { status, text } of answers) expect(status, text).toBeLessThan(300);
}

interface Told {
  readonly sequenceNumber: string;
  readonly sinceDateTime: string;
  readonly availability: string;
  readonly activity: string;
  readonly outOfOffice: { readonly message: string | null; readonly isOutOfOffice: boolean };
  readonly statusMessage: { readonly content: string; readonly setDateTime: string } | null;
  readonly workLocation: { readonly source: string; readonly workLocationType: string };
  readonly next: (Record<string, unknown> & { readonly dateTime: string }) | null;
}

/** What GET presence gives the user. */
async function read(): Promise<Record<string, unknown>> {
  const { '@odata.context': _, ...presence } = (await porchlight.as({ user: USER }).get(PRESENCE))
    .body as Record<string, unknown>;
  return presence;
}

test('through a mixed day the explanation agrees with what is read, and what it says comes next comes', async () => {
  await beginDay();
  const steps: string[] = [];
  for (let step = 0; step < 20; step++) {
    const told = (await why()) as Told;
    const shown = await read();
    const { availability, activity, sequenceNumber, statusMessage, workLocation, next } = told;
    const { isOutOfOffice, message } = told.outOfOffice;
    expect(shown).toMatchObject({
      ...{ id: USER, availability, activity, sequenceNumber },
      outOfOfficeSettings: { isOutOfOffice, message },
      statusMessage: statusMessage && {
        message: { content: statusMessage.content },
        publishedDateTime: statusMessage.setDateTime,
      },
      workLocation: {
        source: workLocation.source,
        workLocationType: workLocation.workLocationType,
      },
    });
    if (next === null) break;
    const { dateTime, changes, causes, reason, ...then } = next;
    steps.push(`${dateTime.slice(11, 16)} ${then.availability}/${then.activity}: ${reason}`);
    porchlight.clock.set(Date.parse(dateTime) - 1);
    expect(await read(), 'just before').toEqual(shown);
    porchlight.clock.set(Date.parse(dateTime));
    // Whether it is written by then makes no difference.
    if (step % 2 === 0) await porchlight.server.shifts.tick();
    const after = await read();
    expect(after).toEqual({ ...then, id: USER, sequenceNumber: expect.anything() });
    const others = Object.keys(then).filter(
      (name) => JSON.stringify(after[name]) !== JSON.stringify(shown[name]),
    );
    expect(changes).toEqual(others);
    expect(((await why()) as Told).sinceDateTime).toBe(dateTime);
  }
  expect(steps).toEqual([
    '09:20 Busy/InACall: the preferred presence ends',
    `09:30 Away/Away: the session of application ${OTHER_APP} ends`,
    '09:40 Busy/InAMeeting: a meeting in the calendar begins',
    '09:50 Busy/InAMeeting: the status message ends',
    '10:10 Away/Away: a meeting in the calendar ends',
    '10:30 Away/OutOfOffice: the automatic replies begin',
    '11:30 Away/OutOfOffice: the automatic replies end',
    '12:00 Away/Away: an out-of-office entry in the calendar ends',
    "13:00 Offline/Offline: the session of application 'Desk phone bridge' ends",
    `00:00 Offline/Offline: the work location that the user chose ends, and the work location that application ${THIRD_APP} found out ends`,
  ]);
});

test('why the others don’t decide, in a sentence each', async () => {
  await beginDay();
  const preferredUntil =
    'the preferred presence DoNotDisturb/DoNotDisturb shows in its place until 2026-11-21T09:20:00Z';
  const signal = { role: 'outranked', reason: 'what the user chose comes first' };
  expect(await why()).toMatchObject({
    reason: 'the user prefers DoNotDisturb/DoNotDisturb until 2026-11-21T09:20:00Z',
    sessions: [
      { role: 'overridden', reason: preferredUntil },
      { role: 'overridden', reason: preferredUntil },
      // The three timeouts of the older PATCH: inactive, away, gone.
      {
        appId: THIRD_APP,
        fades: [
          { dateTime: '2026-11-21T09:05:00.000Z', ...INACTIVE },
          { dateTime: '2026-11-21T09:10:00.000Z', ...AWAY },
        ],
        expirationDateTime: '2026-11-21T09:15:00.000Z',
        role: 'overridden',
      },
    ],
    preferredPresence: { role: 'decides', reason: null },
    calendar: { events: [{ kind: 'busy', role: 'waits', reason: 'it has not begun' }] },
    statusMessage: {
      content: 'In the lab',
      setDateTime: '2026-11-21T09:00:00.000Z',
      expirationDateTime: '2026-11-21T09:50:00.000Z',
    },
    workLocation: {
      ...{ source: 'manual', workLocationType: 'office', placeId: null },
      signals: [
        { source: 'manual', appId: THIRD_APP, role: 'decides', reason: null },
        { source: 'automatic', workLocationType: 'remote', ...signal },
        {
          ...{ source: 'scheduled', appId: null, workLocationType: 'remote', ...signal },
          endDateTime: '2026-11-21T10:20:00.000Z',
        },
      ],
    },
  });

  porchlight.clock.set(Date.parse('2026-11-21T09:21:00Z'));
  expect(await why()).toMatchObject({
    reason: `application ${OTHER_APP} says Busy/InACall`,
    sessions: [
      {
        setTo: AVAILABLE,
        ...AWAY,
        reason: `outranked by Busy/InACall of application ${OTHER_APP}`,
      },
      { role: 'decides', reason: null },
    ],
    preferredPresence: null,
  });

  porchlight.clock.set(Date.parse('2026-11-21T11:10:00Z'));
  expect(await why()).toMatchObject({
    reason:
      "application 'Desk phone bridge' said Available/Available, which has faded to Away/Away; being out of office makes it Away/OutOfOffice",
    outOfOffice: {
      decidedBy: 'automaticReplies',
      automaticReplies: { role: 'decides', endDateTime: '2026-11-21T11:30:00.000Z' },
      events: [
        {
          kind: 'outOfOffice',
          role: 'outranked',
          reason: 'the automatic replies come first, as they have a message',
        },
      ],
    },
  });
});

test('a calendar that is being written says so, and one with more to come how far it is known', async () => {
  const { store, clock } = porchlight;
  const event = (start: string, end: string) =>
    porchlight.as().post(`/v1.0/users/${USER}/events`, {
      ...{ subject: 'Later', start: at(start), end: at(end) },
      recurrence: {
        pattern: { type: 'daily', interval: 1 },
        range: { type: 'noEnd', startDate: '2026-11-21' },
      },
    });
  expect((await event('12:00', '13:00')).status).toBe(201);
  const { calendar } = (await why()) as {
    calendar: { knownUntilDateTime: string; events: unknown[] };
  };
  expect(calendar.events).toHaveLength(2);
  const known = Date.parse(calendar.knownUntilDateTime);
  expect(known).toBeGreaterThan(START + 20 * 60 * MINUTE_MS);
  expect(known).toBeLessThanOrEqual(START + 48 * 60 * MINUTE_MS);

  // As a writer that was killed before it wrote leaves it.
  const mark = {
    kind: 'awaitCalendar',
    appId: APP,
    revision: 1000,
    lookAtMs: START + MINUTE_MS,
  } as const;
  await store.update({ tenantId: TENANT, userId: USER }, START, (record) =>
    advance(record, START, mark),
  );
  expect(await why()).toMatchObject({
    calendar: { isAwaited: true, knownUntilDateTime: new Date(clock.nowMs()).toISOString() },
  });
});

test('of two that say the same, the last one is told to decide', async () => {
  await porchlight.as().post(`${PRESENCE}/setPresence`, session('Busy/InACall', 'PT1H'));
  porchlight.clock.advance(1000);
  const other = porchlight.as({ app: OTHER_APP });
  await other.post(`${PRESENCE}/setPresence`, session('Busy/InACall', 'PT1H', OTHER_APP));
  expect(await why()).toMatchObject({
    sinceDateTime: '2026-11-21T09:00:00.000Z',
    sessions: [{ reason: `application ${OTHER_APP} set the same, and last` }, { role: 'decides' }],
  });
});

test('of somebody about whom nothing was said there is nothing to tell', async () => {
  expect(await why()).toMatchObject({
    ...{ availability: 'Offline', sequenceNumber: 'A0000000000000000', sinceDateTime: null },
    ...{ reason: 'no session lives', sessions: [], preferredPresence: null, calendar: null },
    ...{ statusMessage: null, next: null },
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
