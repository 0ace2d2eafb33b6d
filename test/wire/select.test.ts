import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectError, type Porchlight, session, startPorchlight, USER } from './porchlight.ts';

let porchlight: Porchlight;
beforeAll(async () => {
  porchlight = await startPorchlight();
  await porchlight.as().post(`/v1.0/users/${USER}/presence/setPresence`, session('Busy/InACall'));
});
afterAll(() => porchlight.close());

const get = (query: string) => porchlight.as().get(`/v1.0/users/${USER}/presence${query}`);

test('$select gives the properties asked for, in the resource’s order', async () => {
  const { text } = await get('?$select=activity,id,availability');
  expect(text).toMatch(
    /"@odata\.context":"[^"]*","id":"[^"]*","availability":"Busy","activity":"InACall"\}$/,
  );
});

test.each([
  '?$select=activity',
  '?%24select=activity',
  '?$select=%20activity%20',
  '?$select=activity,activity',
])('%s gives activity', async (query) => {
  const { body } = await get(query);
  expect(body).toEqual({ '@odata.context': expect.any(String), activity: 'InACall' });
});

test.each([
  'id',
  'availability',
  'activity',
  'outOfOfficeSettings',
  'sequenceNumber',
  'statusMessage',
  'workLocation',
])('$select=%s gives that property alone', async (property) => {
  const { body } = await get(`?$select=${property}`);
  expect(Object.keys(body as object)).toEqual(['@odata.context', property]);
});

test('$select=* gives all of them', async () => {
  expect((await get('?$select=*')).text).toBe((await get('')).text);
});

test('$select works in a bulk read, for unknown users too', async () => {
  const { body } = await porchlight
    .as()
    .post('/v1.0/communications/getPresencesByUserId?$select=id,availability', {
      ids: [USER, 'nobody'],
    });
  expect(body).toMatchObject({
    value: [
      { id: USER, availability: 'Busy' },
      { id: 'nobody', availability: 'PresenceUnknown' },
    ],
  });
  expect((body as { value: object[] }).value.map((each) => Object.keys(each).length)).toEqual([
    2, 2,
  ]);
});

test.each(['mood', '', 'Activity', '__proto__', 'activity;id'])(
  '$select=%s names what presence hasn’t, and the answer lists what it has',
  async (property) => {
    const answer = await get(`?$select=${property}`);
    expect(expectError(answer, 400, 'BadRequest')).toBe(
      `[$select]: presence has no property '${property}'. It has: id, availability, activity, ` +
        'outOfOfficeSettings, sequenceNumber, statusMessage, workLocation.',
    );
  },
);

test.each(['$count', '$expand', '$filter', '$orderby', '$search', '$skip', '$top'])(
  '%s is refused',
  async (option) => {
    const answer = await get(`?${option}=1`);
    expect(expectError(answer, 400, 'BadRequest')).toContain(`'${option}' is not supported`);
  },
);

test('a query option that is no OData option is ignored', async () => {
  expect((await get('?cache=1')).text).toBe((await get('')).text);
});
