import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  COLLEAGUE,
  expectError,
  HOUR_MS,
  MINUTE_MS,
  OTHER_APP,
  type Porchlight,
  startPorchlight,
  TENANT,
  USER,
} from './porchlight.ts';

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
});
afterEach(() => porchlight.close());

const BUILDING = 'eb706f15-137e-4722-b4d1-b601481d9251';

const self = (app?: string) =>
  porchlight.as({
    user: USER,
    permissions: ['Presence.ReadWrite', 'Presence.Read.All', 'MailboxSettings.ReadWrite'],
    ...(app !== undefined && { app }),
  });

async function act(action: string, body?: object, app?: string): Promise<void> {
  const answer = await self(app).post(`/v1.0/me/presence/${action}`, body);
  expect([answer.status, answer.text], action).toEqual([200, '']);
}

/** As a colleague sees it. */
async function location(): Promise<unknown> {
  const { body } = await porchlight
    .as({ user: COLLEAGUE })
    .get(`/v1.0/users/${USER}/presence?$select=workLocation`);
  return (body as { workLocation: unknown }).workLocation;
}

const NONE = { source: 'none', workLocationType: 'unspecified', placeId: null };

/** Sets the clock, and writes what is due by then. */
async function at(instant: string): Promise<void> {
  porchlight.clock.set(Date.parse(instant));
  await porchlight.server.shifts.tick();
}

test('setManualLocation as documented: 200 without a body, and everybody sees the place', async () => {
  const answer = await porchlight.asDocumented(
    `
    POST https://graph.microsoft.com/v1.0/me/presence/setManualLocation
    Content-Type: application/json

    {
      "workLocationType": "office",
      "placeId": "eb706f15-137e-4722-b4d1-b601481d9251"
    }
  `,
    { user: USER },
  );
  expect([answer.status, answer.text]).toEqual([200, '']);
  expect(answer.headers.get('content-type')).toBeNull();
  expect(await location()).toEqual({
    source: 'manual',
    workLocationType: 'office',
    placeId: BUILDING,
  });
});

test('nothing said is none and unspecified', async () => {
  await self().get('/v1.0/me/presence');
  await act('clearLocation');
  expect(await location()).toEqual(NONE);
});

test('what the user said counts before what an application found out', async () => {
  await act('setManualLocation', { workLocationType: 'remote' });
  await act('setAutomaticLocation', { workLocationType: 'office', placeId: BUILDING }, OTHER_APP);
  expect(await location()).toEqual({ source: 'manual', workLocationType: 'remote', placeId: null });
});

test('of what applications found out the more precise counts, and then the later', async () => {
  await act('setAutomaticLocation', { workLocationType: 'office', placeId: BUILDING });
  porchlight.clock.advance(MINUTE_MS);
  await act('setAutomaticLocation', { workLocationType: 'remote' }, OTHER_APP);
  expect(await location()).toMatchObject({ source: 'automatic', placeId: BUILDING });
  await act('setAutomaticLocation', { workLocationType: 'office', placeId: 'Annex' }, OTHER_APP);
  expect(await location()).toMatchObject({ source: 'automatic', placeId: 'Annex' });
});

test('of two that are as precise the later counts within one instant, and with the clock set back', async () => {
  await act('setAutomaticLocation', { workLocationType: 'office' });
  await act('setAutomaticLocation', { workLocationType: 'remote' }, OTHER_APP);
  expect(await location()).toMatchObject({ source: 'automatic', workLocationType: 'remote' });
  porchlight.clock.advance(-MINUTE_MS);
  await act('setAutomaticLocation', { workLocationType: 'timeOff' });
  expect(await location()).toMatchObject({ source: 'automatic', workLocationType: 'timeOff' });
});

test('clearAutomaticLocation leaves what the user said, clearLocation nothing', async () => {
  await act('setManualLocation', { workLocationType: 'timeOff' });
  await act('setAutomaticLocation', { workLocationType: 'office' });
  await act('clearAutomaticLocation');
  expect(await location()).toMatchObject({ source: 'manual', workLocationType: 'timeOff' });
  await act('setAutomaticLocation', { workLocationType: 'office' });
  await act('clearLocation');
  expect(await location()).toEqual(NONE);
});

describe('the day ends at midnight where the user is', () => {
  test.each([
    ['UTC', '2026-11-21T23:59:59.999Z', '2026-11-22T00:00:00Z'],
    ['Pacific Standard Time', '2026-11-21T07:59:59.999Z', '2026-11-21T08:00:00Z'],
    ['Asia/Kolkata', '2026-11-21T18:29:59.999Z', '2026-11-21T18:30:00Z'],
  ])('what was said in %s is over at midnight there', async (timeZone, before, after) => {
    await self().patch('/v1.0/me/mailboxSettings', { timeZone });
    await at(new Date(Date.parse(before) - HOUR_MS).toISOString());
    await act('setManualLocation', { workLocationType: 'office' });
    await at(before);
    expect(await location()).toMatchObject({ source: 'manual' });
    await at(after);
    expect(await location()).toEqual(NONE);
  });

  test.each([
    ['23 hours, when the clocks go forward', '2026-03-29', '2026-03-29T22:00:00Z'],
    ['25 hours, when they go back', '2026-10-25', '2026-10-25T23:00:00Z'],
  ])('after %s', async (_, day, midnight) => {
    await self().patch('/v1.0/me/mailboxSettings', { timeZone: 'Europe/Berlin' });
    porchlight.clock.set(Date.parse(`${day}T00:30:00Z`));
    await act('setManualLocation', { workLocationType: 'office' });
    await at(new Date(Date.parse(midnight) - 1).toISOString());
    expect(await location()).toMatchObject({ source: 'manual' });
    await at(midnight);
    expect(await location()).toEqual(NONE);
  });

  test('a midnight that the clocks skip is when they skip it', async () => {
    await self().patch('/v1.0/me/mailboxSettings', { timeZone: 'Africa/Cairo' });
    porchlight.clock.set(Date.parse('2026-04-23T20:00:00Z'));
    await act('setManualLocation', { workLocationType: 'office' });
    await at('2026-04-23T21:59:59.999Z');
    expect(await location()).toMatchObject({ source: 'manual' });
    await at('2026-04-23T22:00:00Z');
    expect(await location()).toEqual(NONE);
  });
});

test('the end of the day is a change like any other, and has a number', async () => {
  const number = async () => {
    const { body } = await self().get('/v1.0/me/presence');
    return (body as { sequenceNumber: string }).sequenceNumber;
  };
  await act('setManualLocation', { workLocationType: 'office' });
  const before = await number();
  await at('2026-11-22T00:00:00Z');
  expect((await number()) > before).toBe(true);
});

describe('input', () => {
  test('types come in in any case and go out in Graph’s', async () => {
    await act('setManualLocation', { workLocationType: 'TIMEOFF' });
    expect(await location()).toMatchObject({ workLocationType: 'timeOff' });
  });

  test('an empty place, null and none are the same', async () => {
    for (const placeId of ['', null, undefined]) {
      await act('setManualLocation', { workLocationType: 'office', placeId });
      expect(await location()).toMatchObject({ placeId: null });
    }
  });

  test.each([
    ['a type there isn’t', { workLocationType: 'moon' }, '[WorkLocationType]'],
    ['unknownFutureValue', { workLocationType: 'unknownFutureValue' }, '[WorkLocationType]'],
    ['no type', {}, '[WorkLocationType]'],
    ['a number', { workLocationType: 1 }, '[WorkLocationType]'],
    ['a long place', { workLocationType: 'office', placeId: 'x'.repeat(257) }, '[PlaceId]'],
    ['half a character', { workLocationType: 'office', placeId: '\ud800' }, '[PlaceId]'],
    ['a field there isn’t', { workLocationType: 'office', floor: 3 }, '[floor]'],
  ])('%s is 400, and nothing is kept', async (_, body, field) => {
    const before = await porchlight.kept();
    for (const action of ['setManualLocation', 'setAutomaticLocation']) {
      const answer = await self().post(`/v1.0/me/presence/${action}`, body);
      expect(expectError(answer, 400, 'InvalidArgument')).toContain(field);
    }
    expect(await porchlight.kept()).toBe(before);
  });

  test('a place of 256 characters fits', async () => {
    const placeId = 'ö'.repeat(256);
    await act('setManualLocation', { workLocationType: 'office', placeId });
    expect(await location()).toMatchObject({ placeId });
  });
});

describe('who may', () => {
  const office = { workLocationType: 'office' };

  test('nobody says it of someone else: 401', async () => {
    const answer = await self().post(`/v1.0/users/${COLLEAGUE}/presence/setManualLocation`, office);
    expectError(answer, 401, 'Unauthorized');
  });

  test('an application says it in profile extended, not in graph', async () => {
    const path = `/v1.0/communications/presences/${USER}/setAutomaticLocation`;
    expectError(await porchlight.as().post(path, office), 403, 'Forbidden');
    const extended = await startPorchlight({ profile: 'extended' });
    try {
      expect((await extended.as({ tenant: TENANT }).post(path, office)).status).toBe(200);
    } finally {
      await extended.close();
    }
  });
});
