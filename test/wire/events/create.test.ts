import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDirectory } from '../../../src/directory/fixed.ts';
import {
  COLLEAGUE,
  expectError,
  OTHER_TENANT,
  type Porchlight,
  STRANGER,
  startPorchlight,
  TENANT,
  USER,
  USER_NAME,
} from '../porchlight.ts';
import { berlin, EVENTS, eventOf, made, meeting, mondays } from './planning.ts';

let porchlight: Porchlight;
beforeAll(async () => {
  porchlight = await startPorchlight();
});
afterAll(() => porchlight.close());

describe('an exchange as documented', () => {
  test('POST /users/{id}/events answers 201 with the event in the zone preferred, its address and its tag', async () => {
    const answer = await porchlight.asDocumented(`
      POST https://graph.microsoft.com/v1.0/users/${USER}/events
      Prefer: outlook.timezone="Pacific Standard Time"
      Content-type: application/json

      {
        "subject": "Let's go for lunch",
        "body": { "contentType": "HTML", "content": "Does <b>noon</b> work for you?" },
        "start": { "dateTime": "2026-11-23T12:00:00", "timeZone": "Eastern Standard Time" },
        "end": { "dateTime": "2026-11-23T14:00:00", "timeZone": "Eastern Standard Time" },
        "location": { "displayName": "Harry's Bar" },
        "attendees": [
          {
            "emailAddress": { "address": "samanthab@contoso.example", "name": "Samantha Booth" },
            "type": "Required"
          }
        ],
        "allowNewTimeProposals": true,
        "transactionId": "7E163156-7762-4BEB-A1C6-729EA81755A7"
      }`);
    const { id, '@odata.etag': tag } = eventOf(answer, 201);
    expect(answer.headers.get('preference-applied')).toBe(
      'outlook.timezone="Pacific Standard Time"',
    );
    expect(answer.headers.get('location')).toBe(`${porchlight.origin}${EVENTS}/${id}`);
    expect(answer.headers.get('etag')).toBe(tag);
    expect(tag).toMatch(/^W\/"[\w+/=]+"$/);
    expect(id).toMatch(/^[\w-]{1,150}$/);
    expect(answer.body).toEqual({
      '@odata.context': `${porchlight.origin}/v1.0/$metadata#users('${USER}')/events/$entity`,
      '@odata.etag': tag,
      id,
      createdDateTime: '2026-11-21T09:00:00.0000000Z',
      lastModifiedDateTime: '2026-11-21T09:00:00.0000000Z',
      changeKey: tag.slice(3, -1),
      categories: [],
      transactionId: '7E163156-7762-4BEB-A1C6-729EA81755A7',
      originalStartTimeZone: 'Eastern Standard Time',
      originalEndTimeZone: 'Eastern Standard Time',
      iCalUId: id,
      reminderMinutesBeforeStart: 15,
      isReminderOn: true,
      hasAttachments: false,
      subject: "Let's go for lunch",
      bodyPreview: 'Does noon work for you?',
      importance: 'normal',
      sensitivity: 'normal',
      isAllDay: false,
      isCancelled: false,
      isOrganizer: true,
      responseRequested: true,
      seriesMasterId: null,
      showAs: 'busy',
      type: 'singleInstance',
      webLink: null,
      onlineMeetingUrl: null,
      isOnlineMeeting: false,
      onlineMeetingProvider: 'unknown',
      allowNewTimeProposals: true,
      hideAttendees: false,
      responseStatus: { response: 'organizer', time: '0001-01-01T00:00:00Z' },
      body: { contentType: 'html', content: 'Does <b>noon</b> work for you?' },
      start: { dateTime: '2026-11-23T09:00:00.0000000', timeZone: 'Pacific Standard Time' },
      end: { dateTime: '2026-11-23T11:00:00.0000000', timeZone: 'Pacific Standard Time' },
      location: {
        displayName: "Harry's Bar",
        locationType: 'default',
        uniqueIdType: 'unknown',
      },
      locations: [{ displayName: "Harry's Bar", locationType: 'default', uniqueIdType: 'unknown' }],
      recurrence: null,
      attendees: [
        {
          type: 'required',
          status: { response: 'none', time: '0001-01-01T00:00:00Z' },
          emailAddress: { name: 'Samantha Booth', address: 'samanthab@contoso.example' },
        },
      ],
      organizer: null,
      onlineMeeting: null,
    });
  });

  test('what GET gives may be sent back as a new event, and as a change', async () => {
    const { id } = await made(porchlight, mondays({ categories: ['Blue'], isReminderOn: false }));
    const app = porchlight.as();
    const { body } = await app.get(`${EVENTS}/${id}`);
    const changed = eventOf(await app.patch(`${EVENTS}/${id}`, body));
    const again = eventOf(await app.post(EVENTS, body), 201);
    for (const each of [changed, again]) {
      expect(each).toMatchObject({
        subject: 'Monday',
        categories: ['Blue'],
        isReminderOn: false,
        start: { dateTime: '2026-11-23T08:00:00.0000000', timeZone: 'UTC' },
        originalStartTimeZone: 'Europe/Berlin',
      });
    }
    expect(again.id).not.toBe(id);
  });

  test('every path of the calendar means the same one calendar', async () => {
    const mira = porchlight.as({ user: USER });
    for (const path of [
      '/me/events',
      '/me/calendar/events',
      `/users/${USER_NAME}/calendar/events`,
    ]) {
      const { id } = eventOf(await mira.post(`/v1.0${path}`, meeting()), 201);
      expect(eventOf(await mira.get(`/beta${path}/${id}`)).subject).toBe('Planning');
      expect((await mira.delete(`/beta${path}('${id}')`)).status).toBe(204);
      expectError(await mira.get(`${EVENTS}/${id}`), 404, 'ErrorItemNotFound');
    }
  });
});

describe('the same again', () => {
  test('the same transactionId and event make one event', async () => {
    const body = meeting({ transactionId: 'a try', subject: 'Once' });
    const first = await made(porchlight, body);
    expect(await made(porchlight, body)).toEqual(first);
    const { transactionId: _, ...plain } = body as { transactionId: string };
    expect((await made(porchlight, plain)).id).not.toBe(first.id);
  });

  test('the same transactionId for another event is 409', async () => {
    await made(porchlight, meeting({ transactionId: 'taken' }));
    const answer = await porchlight
      .as()
      .post(EVENTS, meeting({ transactionId: 'taken', subject: '' }));
    expect(expectError(answer, 409, 'ErrorDuplicateTransactionId')).toContain('TransactionId');
  });
});

describe('times', () => {
  const refused = async (changes: object): Promise<string> => {
    const before = await porchlight.kept();
    const message = expectError(
      await porchlight.as().post(EVENTS, meeting(changes)),
      400,
      'InvalidArgument',
    );
    expect(await porchlight.kept()).toBe(before);
    return message;
  };

  test('start and end are required', async () => {
    expect(await refused({ start: undefined })).toBe('[Start]: The Start field is required.');
    expect(await refused({ end: undefined })).toBe('[End]: The End field is required.');
  });

  test.each([
    [{ end: berlin('21T10:29') }, '[End]: The end is before the start.'],
    [{ start: { dateTime: '2026-11-21T10:30:00', timeZone: 'Moon' } }, "[Start.TimeZone]: 'Moon'"],
    [{ start: { dateTime: '2026-02-30T10:30:00', timeZone: 'UTC' } }, '[Start.DateTime]'],
    [{ start: { dateTime: '2026-11-21T10:30:00+01:00', timeZone: 'UTC' } }, '[Start.DateTime]'],
    [{ end: { dateTime: '2031-11-22T10:30:00', timeZone: 'UTC' } }, '1825 days at most'],
    [{ isAllDay: true }, '[Start]: An all-day event begins and ends at midnight.'],
    [{ isAllDay: true, start: berlin('21T00:00') }, '[End]: An all-day event begins and ends'],
    [{ isAllDay: true, start: berlin('21T00:00'), end: berlin('21T00:00') }, 'for a day at least'],
    [
      {
        isAllDay: true,
        start: berlin('21T00:00'),
        end: { dateTime: '2026-11-22T00:00:00', timeZone: 'Asia/Tokyo' },
      },
      'ends in the zone that it starts in',
    ],
  ])('%j is 400', async (changes, message) => {
    expect(await refused(changes)).toContain(message);
  });

  test('an event may end in another zone than it starts in', async () => {
    const event = await made(
      porchlight,
      meeting({ end: { dateTime: '2026-11-21T19:30:00', timeZone: 'Tokyo Standard Time' } }),
    );
    expect(event.start.dateTime).toBe('2026-11-21T09:30:00.0000000');
    expect(event.end.dateTime).toBe('2026-11-21T10:30:00.0000000');
    expect(event).toMatchObject({
      originalStartTimeZone: 'Europe/Berlin',
      originalEndTimeZone: 'Tokyo Standard Time',
    });
  });

  test('whole days begin at midnight of whatever zone is asked for', async () => {
    const app = porchlight.as();
    const day = { isAllDay: true, start: berlin('25T00:00'), end: berlin('26T00:00') };
    const { id } = await made(porchlight, meeting(day));
    for (const zone of ['UTC', 'Asia/Tokyo', 'Pacific Standard Time']) {
      const event = eventOf(
        await app.get(`${EVENTS}/${id}`, { prefer: `outlook.timezone="${zone}"` }),
      );
      expect(event.start).toEqual({ dateTime: '2026-11-25T00:00:00.0000000', timeZone: zone });
      expect(event.end).toEqual({ dateTime: '2026-11-26T00:00:00.0000000', timeZone: zone });
    }
  });
});

describe('what may be said', () => {
  test('words count in any case and come back in Graph’s', async () => {
    const words = { showAs: 'WORKINGelsewhere', sensitivity: 'Private', importance: 'HIGH' };
    expect(await made(porchlight, meeting(words))).toMatchObject({
      showAs: 'workingElsewhere',
      sensitivity: 'private',
      importance: 'high',
    });
  });

  test.each([
    [{ showAs: 'away' }, "[ShowAs]: 'away' is none of free, tentative, busy, oof"],
    [{ subject: 'x'.repeat(256) }, '[Subject]: 255 characters at most.'],
    [{ categories: Array(26).fill('x') }, '[Categories]: 26 are too many: 25 at most.'],
    [{ attendees: Array(501).fill({}) }, '[Attendees]: 501 are too many: 500 at most.'],
    [{ body: { content: 'x'.repeat(70_000) } }, 'more than 65536 characters'],
    [{ attachments: [] }, '[attachments]: This field is not known here.'],
    [{ singleValueExtendedProperties: [] }, '[singleValueExtendedProperties]: This field'],
  ])('what is too much or unknown is 400 and named', async (changes, message) => {
    const answer = await porchlight.as().post(EVENTS, meeting(changes));
    expect(expectError(answer, 400, 'InvalidArgument')).toContain(message);
  });

  test('half of a surrogate pair comes back as it was sent', async () => {
    const { subject } = await made(porchlight, meeting({ subject: 'half \ud83d' }));
    expect(subject).toBe('half \ud83d');
  });

  test('an event of somebody else’s making is an invitation: tentative until it is answered', async () => {
    const organizer = { emailAddress: { name: 'Alex', address: 'alex@contoso.example' } };
    expect(await made(porchlight, meeting({ organizer }))).toMatchObject({
      isOrganizer: false,
      showAs: 'tentative',
      responseStatus: { response: 'notResponded' },
      organizer,
    });
  });

  test('a location replaces several, and several are one', async () => {
    const app = porchlight.as();
    const locations = [{ displayName: 'Room 1' }, { displayName: 'Room 2' }];
    const { id } = await made(porchlight, meeting({ locations }));
    const both = await app.get(`${EVENTS}/${id}`);
    expect(both.body).toMatchObject({ location: { displayName: 'Room 1; Room 2' }, locations });
    await app.patch(`${EVENTS}/${id}`, { location: { displayName: 'Room 3' } });
    expect((await app.get(`${EVENTS}/${id}`)).body).toMatchObject({
      location: { displayName: 'Room 3' },
      locations: [{ displayName: 'Room 3' }],
    });
  });
});

describe('whose calendar', () => {
  test('a signed-in user reaches nobody else’s: 403', async () => {
    const colleague = porchlight.as({ user: COLLEAGUE });
    for (const answer of [await colleague.get(EVENTS), await colleague.post(EVENTS, meeting())]) {
      expect(expectError(answer, 403, 'Forbidden')).toContain("needs an application's own token");
    }
  });

  test('the same user id in another tenant has another calendar', async () => {
    const { id } = await made(porchlight, meeting());
    const other = porchlight.as({ tenant: OTHER_TENANT });
    expectError(await other.get(`${EVENTS}/${id}`), 404, 'ErrorItemNotFound');
    expect((await other.get(EVENTS)).body).toMatchObject({ value: [] });
  });

  test('Calendars.ReadBasic shows an event without its body', async () => {
    const body = { contentType: 'text', content: 'between us' };
    const { id } = await made(porchlight, meeting({ body }));
    const basic = porchlight.as({ permissions: ['Calendars.ReadBasic.All'] });
    for (const query of ['', '?$select=subject,body,bodyPreview']) {
      const { text } = await basic.get(`${EVENTS}/${id}${query}`);
      expect(text).toContain('Planning');
      expect(text).not.toContain('between us');
    }
  });

  test('where the directory is a list, who isn’t on it has no calendar: 404', async () => {
    const directory = createDirectory('listed', new Map([[TENANT, [{ id: USER }]]]));
    const listed = await startPorchlight({ directory });
    const app = listed.as();
    const path = EVENTS.replace(USER, STRANGER);
    expectError(await app.get(path), 404, 'NotFound');
    expectError(await app.post(path, meeting()), 404, 'NotFound');
    expect((await app.post(EVENTS, meeting())).status).toBe(201);
    await listed.close();
  });
});
