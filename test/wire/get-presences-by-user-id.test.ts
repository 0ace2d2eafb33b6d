import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  COLLEAGUE,
  expectError,
  OTHER_TENANT,
  type Porchlight,
  STRANGER,
  session,
  startPorchlight,
  USER,
  USER_NAME,
} from './porchlight.ts';

const PATH = '/v1.0/communications/getPresencesByUserId';

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
});
afterEach(() => porchlight.close());

/** As many ids as that, each another. */
function manyIds(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  );
}

function idsOf(body: unknown): string[] {
  return (body as { value: { id: string }[] }).value.map(({ id }) => id);
}

test('getPresencesByUserId gives the presence of each user asked for', async () => {
  const app = porchlight.as();
  await app.post(`/v1.0/users/${USER}/presence/setPresence`, session('Busy/InACall'));

  const answer = await porchlight.asDocumented(`
    POST https://graph.microsoft.com/v1.0/communications/getPresencesByUserId
    Content-Type: application/json

    {
      "ids": ["${USER}", "${COLLEAGUE}"]
    }
  `);

  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    '@odata.context': `${porchlight.origin}/v1.0/$metadata#Collection(microsoft.graph.presence)`,
    value: [
      {
        id: USER,
        availability: 'Busy',
        activity: 'InACall',
        outOfOfficeSettings: { isOutOfOffice: false, message: null },
        sequenceNumber: expect.stringMatching(/^A\d{16}$/),
        statusMessage: null,
        workLocation: { source: 'none', workLocationType: 'unspecified', placeId: null },
      },
      expect.objectContaining({ id: COLLEAGUE, availability: 'Offline', activity: 'Offline' }),
    ],
  });
});

test('the answer follows the order of the ids', async () => {
  const ids = [STRANGER, COLLEAGUE, USER];
  const { body } = await porchlight.as().post(PATH, { ids });
  expect(idsOf(body)).toEqual(ids);
});

test('an id asked for more than once is answered once, where it stood first', async () => {
  const ids = [COLLEAGUE, USER, COLLEAGUE.toUpperCase(), USER, USER_NAME];
  const { body } = await porchlight.as().post(PATH, { ids });
  expect(idsOf(body)).toEqual([COLLEAGUE, USER]);
});

test('users that nobody spoke about each come with their own id', async () => {
  const { body } = await porchlight.as().post(PATH, { ids: [USER, COLLEAGUE] });
  expect(body).toMatchObject({
    value: [
      { id: USER, availability: 'Offline' },
      { id: COLLEAGUE, availability: 'Offline' },
    ],
  });
});

test('an unknown user among several is PresenceUnknown/PresenceUnknown', async () => {
  const { status, body } = await porchlight.as().post(PATH, { ids: [STRANGER, 'nobody', ''] });
  const unknown = {
    availability: 'PresenceUnknown',
    activity: 'PresenceUnknown',
    outOfOfficeSettings: null,
    sequenceNumber: null,
    statusMessage: null,
    workLocation: null,
  };
  expect(status).toBe(200);
  expect(body).toMatchObject({
    value: [
      { id: STRANGER, ...unknown },
      { id: 'nobody', ...unknown },
      { id: '', ...unknown },
    ],
  });
  expect(porchlight.logged).toEqual([]);
});

test('unknown users among known ones leave each its own presence', async () => {
  await porchlight
    .as()
    .post(`/v1.0/users/${COLLEAGUE}/presence/setPresence`, session('Busy/InACall'));
  const ids = ['nobody', USER, STRANGER, 'nobody@else.example', COLLEAGUE];
  const { body } = await porchlight.as().post(PATH, { ids });
  expect(body).toMatchObject({
    value: [
      { id: 'nobody', availability: 'PresenceUnknown' },
      { id: USER, availability: 'Offline' },
      { id: STRANGER, availability: 'PresenceUnknown' },
      { id: 'nobody@else.example', availability: 'PresenceUnknown' },
      { id: COLLEAGUE, availability: 'Busy' },
    ],
  });
});

test('another tenant’s user among several is PresenceUnknown', async () => {
  await porchlight.as().post(`/v1.0/users/${USER}/presence/setPresence`, session('Busy/InACall'));
  const { body } = await porchlight.as({ tenant: OTHER_TENANT }).post(PATH, { ids: [USER] });
  expect(body).toMatchObject({ value: [{ id: USER, availability: 'PresenceUnknown' }] });
});

test('a caller who asks for themselves among others is known', async () => {
  const { body } = await porchlight.as({ user: STRANGER }).post(PATH, { ids: [STRANGER] });
  expect(body).toMatchObject({ value: [{ id: STRANGER, availability: 'Offline' }] });
});

test('650 ids are answered', async () => {
  const ids = manyIds(650);
  const { status, body } = await porchlight.as().post(PATH, { ids });
  expect(status).toBe(200);
  expect(idsOf(body)).toEqual(ids);
});

test('651 ids are refused', async () => {
  const answer = await porchlight.as().post(PATH, { ids: manyIds(651) });
  expect(expectError(answer, 400, 'InvalidArgument')).toBe(
    '[Ids]: 651 ids are too many: 650 at most.',
  );
});

test('651 ids are refused also when they repeat one', async () => {
  const answer = await porchlight.as().post(PATH, { ids: new Array(651).fill(USER) });
  expectError(answer, 400, 'InvalidArgument');
});

test('no ids give an empty collection', async () => {
  const { status, body } = await porchlight.as().post(PATH, { ids: [] });
  expect(status).toBe(200);
  expect(body).toMatchObject({ value: [] });
});

test('of someone else’s status message a bulk read shows the text alone, of one’s own all', async () => {
  const set = { statusMessage: { message: { content: 'Hello', contentType: 'text' } } };
  for (const user of [USER, COLLEAGUE]) {
    await porchlight.as().post(`/v1.0/users/${user}/presence/setStatusMessage`, set);
  }
  const { body } = await porchlight.as({ user: USER }).post(PATH, { ids: [USER, COLLEAGUE] });
  const message = { content: 'Hello', contentType: 'text' };
  expect(
    (body as { value: { statusMessage: object }[] }).value.map((each) => each.statusMessage),
  ).toEqual([
    {
      message,
      publishedDateTime: '2026-11-21T09:00:00.000Z',
      expiryDateTime: { dateTime: '9999-12-31T00:00:00.0000000', timeZone: 'UTC' },
    },
    { message },
  ]);
});
