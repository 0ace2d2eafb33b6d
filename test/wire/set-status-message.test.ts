import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  COLLEAGUE,
  expectError,
  type Porchlight,
  session,
  startPorchlight,
  USER,
} from './porchlight.ts';

const PATH = `/v1.0/users/${USER}/presence/setStatusMessage`;

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
});
afterEach(() => porchlight.close());

function message(content: unknown, more: object = {}): object {
  return { statusMessage: { message: { content, contentType: 'text' }, ...more } };
}

const say = (content: unknown, more: object = {}) =>
  porchlight.as().post(PATH, message(content, more));

const expiring = (dateTime: string, timeZone: string) =>
  say('Gone soon', { expiryDateTime: { dateTime, timeZone } });

/** The status message as the user themselves sees it. */
async function own(): Promise<unknown> {
  const { body } = await porchlight.as({ user: USER }).get('/v1.0/me/presence');
  return (body as { statusMessage: unknown }).statusMessage;
}

async function seenBy(reader: { user?: string }): Promise<unknown> {
  const { body } = await porchlight.as(reader).get(`/v1.0/users/${USER}/presence`);
  return (body as { statusMessage: unknown }).statusMessage;
}

const NO_EXPIRY = { dateTime: '9999-12-31T00:00:00.0000000', timeZone: 'UTC' };

test('setStatusMessage as documented: 200, and the user sees text, expiry and time of publishing', async () => {
  porchlight.clock.set(Date.parse('2022-10-18T20:00:00Z'));
  const answer = await porchlight.asDocumented(`
    POST https://graph.microsoft.com/v1.0/users/fa8bf3dc-eca7-46b7-bad1-db199b62afc3/presence/setStatusMessage
    Content-Type: application/json

    {
      "statusMessage": {
        "message": {
          "content": "Hey I'm currently in a meeting.",
          "contentType": "text"
        },
        "expiryDateTime": {
          "dateTime": "2022-10-18T17:05:33.2079781",
          "timeZone": "Pacific Standard Time"
        }
      }
    }
  `);
  expect(answer.status).toBe(200);
  expect(answer.text).toBe('');
  expect(await own()).toEqual({
    message: { content: "Hey I'm currently in a meeting.", contentType: 'text' },
    publishedDateTime: '2022-10-18T20:00:00.000Z',
    expiryDateTime: { dateTime: '2022-10-18T17:05:33.2079781', timeZone: 'Pacific Standard Time' },
  });
});

test('of someone else’s status message only the text is shown', async () => {
  await say('Back at five', {
    expiryDateTime: { dateTime: '2026-11-21T17:00:00', timeZone: 'UTC' },
  });
  const text = { message: { content: 'Back at five', contentType: 'text' } };
  expect(await seenBy({ user: COLLEAGUE })).toEqual(text);
  expect(await seenBy({})).toEqual(text);
  expect(await seenBy({ user: USER })).toMatchObject({
    publishedDateTime: '2026-11-21T09:00:00.000Z',
  });
});

test('a status message without an expiry never ends, and reads back as 9999-12-31', async () => {
  await say('Always here');
  porchlight.clock.set(Date.parse('2126-11-21T09:00:00Z'));
  expect(await own()).toMatchObject({ expiryDateTime: NO_EXPIRY });
});

test('the expiry of a message without one may be sent back as it was read', async () => {
  expect((await say('Always here', { expiryDateTime: NO_EXPIRY })).status).toBe(200);
  expect(await own()).toMatchObject({ expiryDateTime: NO_EXPIRY });
});

describe('expiry', () => {
  test.each([
    ['UTC', '2026-11-21T10:00:00'],
    ['Europe/Berlin', '2026-11-21T11:00:00'],
    ['W. Europe Standard Time', '2026-11-21T11:00:00'],
    ['w. europe standard time', '2026-11-21T11:00:00'],
    ['Pacific Standard Time', '2026-11-21T02:00:00'],
    ['America/Los_Angeles', '2026-11-21T02:00:00.0000000'],
    ['Asia/Kolkata', '2026-11-21T15:30'],
    ['India Standard Time', '2026-11-21T15:30:00'],
  ])('a status message ends at its expiry in %s', async (timeZone, dateTime) => {
    expect((await expiring(dateTime, timeZone)).status).toBe(200);
    porchlight.clock.set(Date.parse('2026-11-21T10:00:00Z') - 1);
    expect(await own()).toMatchObject({ expiryDateTime: { dateTime, timeZone } });
    porchlight.clock.advance(1);
    expect(await own()).toBeNull();
  });

  test('an expiry that has passed leaves nothing to show', async () => {
    await say('Still here');
    expect((await expiring('2026-11-21T08:59:59', 'UTC')).status).toBe(200);
    expect(await own()).toBeNull();
  });

  test.each(['Mars/Olympus', '', 'Pacific', '+02:00', 'x'.repeat(65)])(
    'the time zone %j is refused',
    async (timeZone) => {
      const message = expectError(
        await expiring('2026-11-21T10:00:00', timeZone),
        400,
        'InvalidArgument',
      );
      expect(message).toMatch(
        /^\[StatusMessage\.ExpiryDateTime\.TimeZone\]: .* is neither an IANA nor a Windows time zone name\.$/,
      );
    },
  );

  test.each([
    'tomorrow',
    '',
    '2026-11-21',
    '2026-11-21T10:00:00+02:00',
    '2026-02-30T10:00:00',
    '2026-11-21T25:00:00',
  ])('the date and time %j is refused', async (dateTime) => {
    const message = expectError(await expiring(dateTime, 'UTC'), 400, 'InvalidArgument');
    expect(message).toMatch(/^\[StatusMessage\.ExpiryDateTime\.DateTime\]: /);
  });

  test('an expiry without a time zone is refused', async () => {
    const answer = await say('Hello', { expiryDateTime: { dateTime: '2026-11-21T10:00:00' } });
    expect(expectError(answer, 400, 'InvalidArgument')).toBe(
      '[StatusMessage.ExpiryDateTime.TimeZone]: The TimeZone field is required.',
    );
  });
});

describe('clearing', () => {
  test.each([
    ['an empty content', message('')],
    ['a null content', message(null)],
    ['no message', { statusMessage: {} }],
    ['a null message', { statusMessage: { message: null } }],
  ])('%s clears the status message', async (_, body) => {
    await say('Hello');
    expect((await porchlight.as().post(PATH, body)).status).toBe(200);
    expect(await own()).toBeNull();
    expect(await seenBy({ user: COLLEAGUE })).toBeNull();
  });
});

describe('text', () => {
  test.each([
    'Zurück um 17 Uhr',
    '👩🏽‍💻 heads down',
    'quotes " and \\ and \n and \u0000 and \u2028',
    '<b>not markup</b>',
    '</script>',
    ' spaces ',
    'Lunch<pinnednote></pinnednote>',
  ])('the text %j comes back as it was sent', async (content) => {
    await say(content);
    expect(await own()).toMatchObject({ message: { content } });
    expect(await seenBy({ user: COLLEAGUE })).toEqual({
      message: { content, contentType: 'text' },
    });
  });

  test('1,024 characters are taken, 1,025 refused', async () => {
    expect((await say('x'.repeat(1024))).status).toBe(200);
    const message = expectError(await say('x'.repeat(1025)), 400, 'InvalidArgument');
    expect(message).toBe(
      '[StatusMessage.Message.Content]: 1025 characters are too many: 1024 at most.',
    );
  });

  test('characters are counted as JavaScript and .NET count them: an emoji is two', async () => {
    expect((await say('💡'.repeat(512))).status).toBe(200);
    expectError(await say('💡'.repeat(513)), 400, 'InvalidArgument');
  });

  test('half of a surrogate pair is refused: it can’t be kept as it is', async () => {
    const answer = await porchlight
      .as()
      .post(PATH, '{"statusMessage":{"message":{"content":"broken \\ud83d"}}}');
    expect(expectError(answer, 400, 'InvalidArgument')).toContain(
      '[StatusMessage.Message.Content]: is not well-formed Unicode',
    );
    expect(await own()).toBeNull();
  });

  test('only text is taken, in any case', async () => {
    const as = (contentType: unknown) =>
      porchlight.as().post(PATH, { statusMessage: { message: { content: 'Hi', contentType } } });
    for (const contentType of ['text', 'Text', null]) {
      expect((await as(contentType)).status).toBe(200);
      expect(await own()).toMatchObject({ message: { contentType: 'text' } });
    }
    expect(expectError(await as('html'), 400, 'InvalidArgument')).toBe(
      '[StatusMessage.Message.ContentType]: only text is supported.',
    );
  });
});

test('publishedDateTime is read-only: what a client sends is ignored', async () => {
  await say('Hello', { publishedDateTime: '1999-12-31T23:59:59Z' });
  expect(await own()).toMatchObject({ publishedDateTime: '2026-11-21T09:00:00.000Z' });
});

test('the status message is independent of availability: without a session it shows too', async () => {
  await say('On holiday');
  expect(await porchlight.shown()).toBe('Offline/Offline');
  expect(await own()).toMatchObject({ message: { content: 'On holiday' } });
  await porchlight.as().post(`/v1.0/users/${USER}/presence/setPresence`, session('Busy/InACall'));
  expect(await own()).toMatchObject({ message: { content: 'On holiday' } });
});

test('a user writes their own status message through /me, and nobody else’s: 401', async () => {
  const mira = porchlight.as({ user: USER });
  expect((await mira.post('/v1.0/me/presence/setStatusMessage', message('Hi'))).status).toBe(200);
  expect(await own()).toMatchObject({ message: { content: 'Hi' } });
  const answer = await mira.post(
    `/v1.0/users/${COLLEAGUE}/presence/setStatusMessage`,
    message('Hi'),
  );
  expectError(answer, 401, 'Unauthorized');
});
