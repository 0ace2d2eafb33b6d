import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDirectory } from '../../src/directory/fixed.ts';
import {
  COLLEAGUE,
  expectError,
  type Porchlight,
  STRANGER,
  session,
  startPorchlight,
  TENANT,
  USER,
} from './porchlight.ts';

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
});
afterEach(() => porchlight.close());

const PATH = '/v1.0/me/mailboxSettings';

const self = () =>
  porchlight.as({
    user: USER,
    permissions: ['MailboxSettings.ReadWrite', 'Presence.ReadWrite', 'Presence.Read.All'],
  });
const application = () => porchlight.as({ permissions: ['MailboxSettings.ReadWrite'] });

async function change(settings: object): Promise<Record<string, unknown>> {
  const answer = await self().patch(PATH, settings);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as Record<string, unknown>;
}

async function settings(suffix = ''): Promise<Record<string, unknown>> {
  const answer = await self().get(`${PATH}${suffix}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as Record<string, unknown>;
}

interface Shown {
  readonly availability: string;
  readonly activity: string;
  readonly outOfOfficeSettings: {
    readonly isOutOfOffice: boolean;
    readonly message: string | null;
  };
  readonly sequenceNumber: string;
}

async function presence(): Promise<Shown> {
  const { body } = await porchlight.as({ user: COLLEAGUE }).get(`/v1.0/users/${USER}/presence`);
  return body as Shown;
}

/** Sets the clock, and writes what is due by then. */
async function at(instant: string): Promise<void> {
  porchlight.clock.set(Date.parse(instant));
  await porchlight.server.shifts.tick();
}

const time = (dateTime: string, timeZone = 'UTC') => ({ dateTime, timeZone });

const SCHEDULED = {
  status: 'scheduled',
  scheduledStartDateTime: time('2026-11-23T18:00:00.0000000'),
  scheduledEndDateTime: time('2026-11-30T08:00:00.0000000'),
};

describe('reading', () => {
  test('who never said anything has the defaults', async () => {
    expect(await settings()).toEqual({
      '@odata.context': `${porchlight.origin}/v1.0/$metadata#users('${USER}')/mailboxSettings`,
      archiveFolder: null,
      timeZone: 'UTC',
      delegateMeetingMessageDeliveryOptions: 'sendToDelegateOnly',
      dateFormat: 'M/d/yyyy',
      timeFormat: 'h:mm tt',
      userPurpose: 'user',
      automaticRepliesSetting: {
        status: 'disabled',
        externalAudience: 'all',
        scheduledStartDateTime: null,
        scheduledEndDateTime: null,
        internalReplyMessage: '',
        externalReplyMessage: '',
      },
      language: { locale: 'en-US', displayName: 'English (United States)' },
      workingHours: {
        daysOfWeek: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
        startTime: '08:00:00.0000000',
        endTime: '17:00:00.0000000',
        timeZone: { name: 'UTC' },
      },
    });
  });

  test('one setting alone: an object as it is, anything else as a value', async () => {
    await change({
      timeZone: 'Europe/Berlin',
      automaticRepliesSetting: { status: 'alwaysEnabled' },
    });
    const context = `${porchlight.origin}/v1.0/$metadata#users('${USER}')/mailboxSettings`;
    expect(await settings('/automaticRepliesSetting')).toMatchObject({
      '@odata.context': `${context}/automaticRepliesSetting`,
      status: 'alwaysEnabled',
    });
    expect(await settings('/workingHours')).toMatchObject({ startTime: '08:00:00.0000000' });
    expect(await settings('/language')).toMatchObject({ locale: 'en-US' });
    expect(await settings('/timeZone')).toEqual({
      '@odata.context': `${context}/timeZone`,
      value: 'Europe/Berlin',
    });
    for (const [name, value] of [
      ['dateFormat', 'M/d/yyyy'],
      ['timeFormat', 'h:mm tt'],
      ['userPurpose', 'user'],
      ['delegateMeetingMessageDeliveryOptions', 'sendToDelegateOnly'],
    ]) {
      expect(await settings(`/${name}`)).toMatchObject({ value });
    }
    expectError(await self().get(`${PATH}/birthday`), 404, 'NotFound');
  });

  test('$select gives the settings asked for; one that there isn’t is 400', async () => {
    expect(Object.keys(await settings('?$select=timeZone,language'))).toEqual([
      '@odata.context',
      'timeZone',
      'language',
    ]);
    expectError(await self().get(`${PATH}?$select=birthday`), 400, 'BadRequest');
  });

  test('the zone comes back as it was sent, and working hours are in it until they have their own', async () => {
    await change({ timeZone: 'pacific standard time' });
    expect(await settings()).toMatchObject({
      timeZone: 'pacific standard time',
      workingHours: { timeZone: { name: 'pacific standard time' } },
    });
  });
});

describe('changing', () => {
  test('as documented: answers with the updated settings, and keeps the rest of them', async () => {
    await change({
      automaticRepliesSetting: { externalAudience: 'contactsOnly', internalReplyMessage: 'Away' },
    });
    const answer = await porchlight.asDocumented(
      `
      PATCH https://graph.microsoft.com/v1.0/me/mailboxSettings
      Content-Type: application/json

      {
          "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#Me/mailboxSettings",
          "automaticRepliesSetting": {
              "status": "Scheduled",
              "scheduledStartDateTime": {
                "dateTime": "2016-03-20T18:00:00.0000000",
                "timeZone": "UTC"
              },
              "scheduledEndDateTime": {
                "dateTime": "2016-03-28T18:00:00.0000000",
                "timeZone": "UTC"
              }
          }
      }
    `,
      { user: USER, permissions: ['MailboxSettings.ReadWrite'] },
    );
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toEqual({
      '@odata.context': `${porchlight.origin}/v1.0/$metadata#users('${USER}')/mailboxSettings`,
      automaticRepliesSetting: {
        status: 'scheduled',
        externalAudience: 'contactsOnly',
        scheduledStartDateTime: time('2016-03-20T18:00:00.0000000'),
        scheduledEndDateTime: time('2016-03-28T18:00:00.0000000'),
        internalReplyMessage: 'Away',
        externalReplyMessage: '',
      },
    });
  });

  test('a custom zone for the working hours as documented; times not named stay', async () => {
    const answer = await change({
      workingHours: {
        endTime: '18:30:00.0000000',
        daysOfWeek: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
        timeZone: {
          '@odata.type': '#microsoft.graph.customTimeZone',
          bias: -300,
          name: 'Customized Time Zone',
          standardOffset: {
            time: '02:00:00.0000000',
            dayOccurrence: 2,
            dayOfWeek: 'Sunday',
            month: 10,
            year: 0,
          },
          daylightOffset: {
            daylightBias: 100,
            time: '02:00:00.0000000',
            dayOccurrence: 4,
            dayOfWeek: 'Sunday',
            month: 5,
            year: 0,
          },
        },
      },
    });
    expect(answer.workingHours).toEqual({
      daysOfWeek: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'],
      startTime: '08:00:00.0000000',
      endTime: '18:30:00.0000000',
      timeZone: {
        '@odata.type': '#microsoft.graph.customTimeZone',
        bias: -300,
        name: 'Customized Time Zone',
        standardOffset: {
          time: '02:00:00.0000000',
          dayOccurrence: 2,
          dayOfWeek: 'sunday',
          month: 10,
          year: 0,
        },
        daylightOffset: {
          daylightBias: 100,
          time: '02:00:00.0000000',
          dayOccurrence: 4,
          dayOfWeek: 'sunday',
          month: 5,
          year: 0,
        },
      },
    });
  });

  test('everything that can be set is given back, and null makes it as it was before', async () => {
    const said = {
      timeZone: 'Asia/Kolkata',
      delegateMeetingMessageDeliveryOptions: 'sendToDelegateAndPrincipal',
      dateFormat: 'yyyy-MM-dd',
      timeFormat: 'HH:mm',
      language: { locale: 'de-DE' },
      workingHours: {
        daysOfWeek: ['monday'],
        startTime: '07:30:00',
        endTime: '16:00',
        timeZone: { name: 'India Standard Time' },
      },
    };
    await change(said);
    expect(await settings()).toMatchObject({
      ...said,
      language: { locale: 'de-DE', displayName: 'German (Germany)' },
      workingHours: {
        ...said.workingHours,
        startTime: '07:30:00.0000000',
        endTime: '16:00:00.0000000',
      },
    });
    await change(Object.fromEntries(Object.keys(said).map((name) => [name, null])));
    expect(await settings()).toMatchObject({ timeZone: 'UTC', dateFormat: 'M/d/yyyy' });
  });

  test('what was read may be sent back whole', async () => {
    await change({ automaticRepliesSetting: SCHEDULED, timeZone: 'Europe/Berlin' });
    const read = await settings();
    await change(read);
    expect(await settings()).toEqual(read);
  });

  test('changes of different settings at once are all kept', async () => {
    await Promise.all([
      change({ timeZone: 'Europe/Berlin' }),
      change({ dateFormat: 'yyyy-MM-dd' }),
      change({ automaticRepliesSetting: { status: 'alwaysEnabled' } }),
      change({ automaticRepliesSetting: { internalReplyMessage: 'Away' } }),
    ]);
    expect(await settings()).toMatchObject({
      timeZone: 'Europe/Berlin',
      dateFormat: 'yyyy-MM-dd',
      automaticRepliesSetting: { status: 'alwaysEnabled', internalReplyMessage: 'Away' },
    });
  });

  test('they are there after a restart of the server', async () => {
    await change({
      timeZone: 'Europe/Berlin',
      automaticRepliesSetting: { status: 'alwaysEnabled' },
    });
    const before = await settings();
    const { store, clock } = porchlight;
    const again = await startPorchlight({ clock, parts: { store } });
    try {
      const reader = again.as({ user: USER, permissions: ['MailboxSettings.Read'] });
      const { body } = await reader.get(PATH);
      expect(body).toEqual({ ...before, '@odata.context': expect.any(String) });
    } finally {
      await again.close();
    }
  });
});

describe('automatic replies in presence', () => {
  const available = () =>
    self().post('/v1.0/me/presence/setPresence', session('Away/Away', 'PT4H'));

  test('alwaysEnabled is out of office from now on, until disabled', async () => {
    await available();
    await change({
      automaticRepliesSetting: { status: 'alwaysEnabled', internalReplyMessage: 'Back soon' },
    });
    expect(await presence()).toMatchObject({
      availability: 'Away',
      activity: 'OutOfOffice',
      outOfOfficeSettings: { isOutOfOffice: true, message: 'Back soon' },
    });
    await at('2036-11-21T09:00:00Z');
    expect((await presence()).outOfOfficeSettings.isOutOfOffice).toBe(true);
    await change({ automaticRepliesSetting: { status: 'disabled' } });
    expect((await presence()).outOfOfficeSettings).toEqual({ isOutOfOffice: false, message: null });
  });

  test.each([
    ['UTC', '18:00 to 08:00', SCHEDULED, '2026-11-23T18:00:00Z', '2026-11-30T08:00:00Z'],
    [
      'two zones, by an IANA and a Windows name',
      '18:00 in Berlin to 08:00 in Los Angeles',
      {
        ...SCHEDULED,
        scheduledStartDateTime: time('2026-11-23T18:00:00', 'Europe/Berlin'),
        scheduledEndDateTime: time('2026-11-30T08:00:00', 'Pacific Standard Time'),
      },
      '2026-11-23T17:00:00Z',
      '2026-11-30T16:00:00Z',
    ],
  ])('scheduled in %s: %s, to the millisecond', async (_, __, replies, start, end) => {
    await change({ automaticRepliesSetting: { ...replies, internalReplyMessage: 'Gone' } });
    const justBefore = (instant: string) => new Date(Date.parse(instant) - 1).toISOString();
    const isOut = async () => (await presence()).outOfOfficeSettings.isOutOfOffice;
    expect(await isOut()).toBe(false);
    await at(justBefore(start));
    expect(await isOut()).toBe(false);
    await at(start);
    expect(await presence()).toMatchObject({
      availability: 'Offline',
      activity: 'OutOfOffice',
      outOfOfficeSettings: { isOutOfOffice: true, message: 'Gone' },
    });
    await at(justBefore(end));
    expect(await isOut()).toBe(true);
    await at(end);
    expect((await presence()).outOfOfficeSettings).toEqual({ isOutOfOffice: false, message: null });
  });

  test('a schedule that is over changes nothing', async () => {
    await change({
      automaticRepliesSetting: {
        ...SCHEDULED,
        scheduledStartDateTime: time('2016-03-20T18:00:00'),
        scheduledEndDateTime: time('2016-03-28T18:00:00'),
      },
    });
    expect((await presence()).outOfOfficeSettings.isOutOfOffice).toBe(false);
  });

  test('the same once more is no change of presence', async () => {
    await change({ automaticRepliesSetting: { status: 'alwaysEnabled' } });
    const { sequenceNumber } = await presence();
    porchlight.clock.advance(1000);
    await change({ automaticRepliesSetting: { status: 'alwaysEnabled' } });
    await change({ dateFormat: 'yyyy-MM-dd' });
    expect((await presence()).sequenceNumber).toBe(sequenceNumber);
  });
});

describe('whose they are', () => {
  test('a signed-in user’s own alone; an application’s, everybody’s', async () => {
    const path = `/v1.0/users/${COLLEAGUE}/mailboxSettings`;
    expectError(await self().get(path), 403, 'Forbidden');
    expectError(await self().patch(path, { timeZone: 'UTC' }), 403, 'Forbidden');
    expect((await application().patch(path, { timeZone: 'Europe/Paris' })).status).toBe(200);
    const { body } = await application().get(`${path}/timeZone`);
    expect(body).toMatchObject({ value: 'Europe/Paris' });
  });

  test('a user that nothing is known of is 404, and in a directory with a list cannot be written to', async () => {
    const path = `/v1.0/users/${STRANGER}/mailboxSettings`;
    expectError(await application().get(path), 404, 'NotFound');
    const listed = await startPorchlight({
      directory: createDirectory('listed', new Map([[TENANT, [{ id: USER }]]])),
    });
    try {
      const writer = listed.as({ permissions: ['MailboxSettings.ReadWrite'] });
      expectError(await writer.patch(path, { timeZone: 'UTC' }), 404, 'NotFound');
      expect(await listed.store.documentsOf(0).all(`person ${TENANT} ${STRANGER}`)).toEqual(
        new Map(),
      );
      const known = await writer.patch(`/v1.0/users/${USER}/mailboxSettings`, { timeZone: 'UTC' });
      expect(known.status).toBe(200);
    } finally {
      await listed.close();
    }
  });

  test('while the store can’t keep anything it is 503, and nothing is half done', async () => {
    const { clock, store } = porchlight;
    let isAway = false;
    const failing = await startPorchlight({
      clock,
      parts: {
        store: {
          ...store,
          documentsOf: (partition) => ({
            ...store.documentsOf(partition),
            async write(edits, under) {
              const { StoreUnavailable } = await import('../../src/store/errors.ts');
              if (isAway) throw new StoreUnavailable('full', 2000);
              return store.documentsOf(partition).write(edits, under);
            },
          }),
        },
      },
    });
    try {
      const writer = failing.as({ user: USER, permissions: ['MailboxSettings.ReadWrite'] });
      isAway = true;
      const refused = await writer.patch(PATH, {
        automaticRepliesSetting: { status: 'alwaysEnabled' },
      });
      expectError(refused, 503, 'ServiceUnavailable');
      expect(refused.headers.get('retry-after')).toBe('2');
      isAway = false;
      clock.advance(10_000);
      await failing.server.shifts.tick();
      expect((await presence()).outOfOfficeSettings.isOutOfOffice).toBe(false);
      expect(
        (await writer.patch(PATH, { automaticRepliesSetting: { status: 'alwaysEnabled' } })).status,
      ).toBe(200);
      expect((await presence()).outOfOfficeSettings.isOutOfOffice).toBe(true);
    } finally {
      await failing.close();
    }
  });
});
