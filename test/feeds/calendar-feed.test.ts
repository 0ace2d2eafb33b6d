import { describe, expect, test } from 'vitest';
import { createDirectory } from '../../src/directory/fixed.ts';
import { until } from '../until.ts';
import {
  APP,
  COLLEAGUE,
  expectError,
  HOUR_MS,
  START,
  STRANGER,
  TENANT,
  USER,
} from '../wire/porchlight.ts';
import {
  CALENDARS,
  feedOf,
  fetched,
  fetchedNext,
  openCalendarServer,
  PATH,
  POLL_EVERY_MS,
  present,
  setFeed,
  startFeeding,
} from './feeding.ts';
import { calendar, endless, meeting } from './ics.ts';

const TEN = START + HOUR_MS;
const ELEVEN = START + 2 * HOUR_MS;
const OWN = { user: USER, permissions: ['Calendars.ReadWrite'] };

describe('a calendar at an address', () => {
  test('makes its owner Busy/InAMeeting at the first second of a meeting, until it ends', async () => {
    const calendars = await openCalendarServer(meeting(TEN, ELEVEN));
    const porchlight = await startFeeding();
    await present(porchlight);
    expect(await setFeed(porchlight, calendars.url)).toEqual({
      origin: calendars.origin,
      urlFingerprint: expect.stringMatching(/^[\da-f]{16}$/),
      addresses: null,
      state: 'good',
      failure: null,
      lastFetchedDateTime: '2026-11-21T09:00:00.000Z',
      lastGoodDateTime: '2026-11-21T09:00:00.000Z',
      nextFetchDateTime: expect.stringMatching(/^2026-11-21T09:1[56]/),
      knownUntilDateTime: '2027-01-22T09:00:00.000Z',
      eventCount: 1,
      skippedCount: 0,
    });
    const { clock } = porchlight;
    clock.set(TEN - 1);
    await present(porchlight);
    expect(await porchlight.shown()).toBe('Available/Available');
    clock.set(TEN);
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    clock.set(ELEVEN - 1);
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    clock.set(ELEVEN);
    expect(await porchlight.shown()).not.toBe('Busy/InAMeeting');
  });

  test('is never shown whole: its address is its key', async () => {
    const calendars = await openCalendarServer({ status: 500 });
    const porchlight = await startFeeding();
    const { text: set } = await porchlight.as(CALENDARS).put(PATH, { url: calendars.url });
    const shown = await fetched(porchlight);
    expect(shown).toMatchObject({ state: 'failed', failure: 'it answered with status 500' });
    for (const text of [set, JSON.stringify(shown), ...porchlight.logged]) {
      expect(text).not.toMatch(/c0ffee|s3cret/);
    }
  });

  test('is asked for as it was last known, and keeps what it said when nothing is new', async () => {
    const calendars = await openCalendarServer();
    const lastModified = 'Sat, 21 Nov 2026 08:00:00 GMT';
    calendars.answerWith({
      body: meeting(TEN, ELEVEN),
      headers: { etag: '"one"', 'last-modified': lastModified },
    });
    const porchlight = await startFeeding();
    await setFeed(porchlight, calendars.url);
    expect(calendars.received[0]?.headers).not.toHaveProperty('if-none-match');

    calendars.answerWith({ status: 304, body: '' });
    const feed = await fetchedNext(porchlight);
    expect(calendars.received[1]?.headers).toMatchObject({
      'if-none-match': '"one"',
      'if-modified-since': lastModified,
    });
    expect(feed).toMatchObject({ state: 'good', eventCount: 1, failure: null });
    porchlight.clock.set(TEN);
    await present(porchlight);
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
  });

  test('is fetched whole when half of what is known of it has passed', async () => {
    const calendars = await openCalendarServer();
    const daily = meeting(TEN, ELEVEN, ['RRULE:FREQ=DAILY']);
    calendars.answerWith({ body: daily, headers: { etag: '"one"' } });
    const porchlight = await startFeeding();
    const { knownUntilDateTime } = await setFeed(porchlight, calendars.url);
    porchlight.clock.advance(32 * 24 * HOUR_MS);
    const later = await fetched(porchlight);
    expect(calendars.received[1]?.headers).not.toHaveProperty('if-none-match');
    expect(Date.parse(later.knownUntilDateTime ?? '')).toBe(
      Date.parse(knownUntilDateTime ?? '') + 32 * 24 * HOUR_MS,
    );
  });

  test('follows its changes', async () => {
    const calendars = await openCalendarServer(meeting(TEN, ELEVEN));
    const porchlight = await startFeeding();
    await setFeed(porchlight, calendars.url);
    calendars.answerWith(meeting(ELEVEN, ELEVEN + HOUR_MS));
    await fetchedNext(porchlight);
    porchlight.clock.set(TEN);
    await present(porchlight);
    expect(await porchlight.shown()).toBe('Available/Available');
    porchlight.clock.set(ELEVEN);
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
  });

  test.each([
    ['answers with an error', { status: 503 }, 'it answered with status 503'],
    ['is no calendar', { body: '<html>' }, /calendar/],
    ['is cut off', { body: meeting(TEN, ELEVEN).slice(0, 200) }, /calendar/],
    ['never ends', { body: endless() }, /steps/],
    ['is too large', { body: 'x'.repeat(5 * 1024 * 1024 + 1) }, /longer than 5242880 bytes/],
    ['says that nothing is new though it was not asked', { status: 304, body: '' }, /304/],
  ])(
    'that %s is failed and keeps what it said last, until it is good again',
    async (_, bad, why) => {
      const calendars = await openCalendarServer(meeting(TEN, ELEVEN));
      const porchlight = await startFeeding();
      await setFeed(porchlight, calendars.url);
      calendars.answerWith(bad);
      const failed = await fetchedNext(porchlight);
      expect(failed).toMatchObject({ state: 'failed', eventCount: 1 });
      expect(failed.failure).toMatch(why);
      expect(failed.lastGoodDateTime).toBe(new Date(START).toISOString());

      porchlight.clock.set(TEN);
      await present(porchlight);
      expect(await porchlight.shown()).toBe('Busy/InAMeeting');
      await until(
        async () => (await feedOf(porchlight)).lastFetchedDateTime !== failed.lastFetchedDateTime,
      );
      calendars.answerWith(calendar([]));
      expect(await fetchedNext(porchlight)).toMatchObject({ state: 'good', failure: null });
      await present(porchlight);
      expect(await porchlight.shown()).toBe('Available/Available');
    },
  );

  test('is left alone for longer and longer while it fails, and as long as its server asks', async () => {
    const calendars = await openCalendarServer({ status: 404 });
    const porchlight = await startFeeding();
    const restOf = ({ nextFetchDateTime }: { readonly nextFetchDateTime: string }) =>
      (Date.parse(nextFetchDateTime) - porchlight.clock.nowMs()) / POLL_EVERY_MS;
    const rests = [restOf(await setFeed(porchlight, calendars.url))];
    for (let at = 0; at < 6; at++) rests.push(restOf(await fetchedNext(porchlight)));
    for (const [at, least] of [1, 2, 4, 8, 16, 24, 24].entries()) {
      expect(rests[at]).toBeGreaterThanOrEqual(least);
      expect(rests[at]).toBeLessThanOrEqual(least * 1.1001);
    }
    calendars.answerWith({ status: 429, headers: { 'retry-after': '43200' } });
    expect(restOf(await fetchedNext(porchlight))).toBeGreaterThanOrEqual(48);
  });

  test('answers an invitation with its owner’s word, by the addresses that were given', async () => {
    const lines = [
      'ORGANIZER:mailto:boss@contoso.example',
      'ATTENDEE;PARTSTAT=DECLINED:mailto:Mira@Work.example',
      'ATTENDEE;PARTSTAT=ACCEPTED:mailto:other@contoso.example',
    ];
    const calendars = await openCalendarServer(meeting(TEN, ELEVEN, lines));
    const porchlight = await startFeeding();
    await setFeed(porchlight, calendars.url, ['other@contoso.example']);
    porchlight.clock.set(TEN);
    await fetched(porchlight);
    await present(porchlight);
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    const { addresses } = await setFeed(porchlight, calendars.url, ['MIRA@work.example']);
    expect(addresses).toEqual(['mira@work.example']);
    expect(await porchlight.shown()).toBe('Available/Available');
  });

  test('is fetched at once when somebody asks, and every ten seconds at most', async () => {
    const calendars = await openCalendarServer(meeting(TEN, ELEVEN));
    const porchlight = await startFeeding();
    await setFeed(porchlight, calendars.url);
    const { status, body } = await porchlight.as(CALENDARS).post(`${PATH}/refresh`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ nextFetchDateTime: '2026-11-21T09:00:10.000Z' });
    porchlight.clock.advance(10_000);
    await fetched(porchlight);
    expect(calendars.received).toHaveLength(2);
  });

  test('goes with all that it said', async () => {
    const calendars = await openCalendarServer(meeting(START, ELEVEN));
    const porchlight = await startFeeding();
    await present(porchlight);
    await setFeed(porchlight, calendars.url);
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    const { status, text } = await porchlight.as(CALENDARS).delete(PATH);
    expect({ status, text }).toEqual({ status: 204, text: '' });
    expect(await porchlight.shown()).toBe('Available/Available');
    const gone = 'The user has no calendar feed.';
    expect(expectError(await porchlight.as(CALENDARS).get(PATH), 404, 'NotFound')).toBe(gone);
    expect(expectError(await porchlight.as(CALENDARS).delete(PATH), 404, 'NotFound')).toBe(gone);
    const refreshed = await porchlight.as(CALENDARS).post(`${PATH}/refresh`);
    expect(expectError(refreshed, 404, 'NotFound')).toBe(gone);
    await setFeed(porchlight, calendars.url);
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
  });

  test('that goes while it is fetched leaves nothing behind', async () => {
    let answer = () => {};
    const calendars = await openCalendarServer();
    calendars.behave(async () => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { body: meeting(START, ELEVEN) };
    });
    const porchlight = await startFeeding();
    await present(porchlight);
    await porchlight.as(CALENDARS).put(PATH, { url: calendars.url });
    await until(() => calendars.received.length === 1);
    expect(await porchlight.as(CALENDARS).delete(PATH)).toMatchObject({ status: 204 });
    answer();
    calendars.behave(() => ({ body: meeting(ELEVEN, ELEVEN + HOUR_MS) }));
    await setFeed(porchlight, calendars.url);
    expect(await porchlight.shown()).toBe('Available/Available');
  });

  test('gives way to another, and takes what it said along', async () => {
    const calendars = await openCalendarServer(meeting(START, ELEVEN));
    const porchlight = await startFeeding();
    await present(porchlight);
    const before = await setFeed(porchlight, calendars.url);
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
    calendars.answerWith({ status: 404 });
    const after = await setFeed(porchlight, `${calendars.origin}/another.ics`);
    expect(after).toMatchObject({ state: 'failed', eventCount: 0, lastGoodDateTime: null });
    expect(after.urlFingerprint).not.toBe(before.urlFingerprint);
    expect(await porchlight.shown()).toBe('Available/Available');
  });

  test('rests as long as it says itself, or its server', async () => {
    const calendars = await openCalendarServer(calendar([], ['X-PUBLISHED-TTL:PT2H']));
    const porchlight = await startFeeding();
    const first = await setFeed(porchlight, calendars.url);
    expect(Date.parse(first.nextFetchDateTime) - START).toBeGreaterThanOrEqual(2 * HOUR_MS);
    calendars.answerWith({ body: calendar([]), headers: { 'cache-control': 'max-age=10800' } });
    const second = await fetchedNext(porchlight);
    const rest = Date.parse(second.nextFetchDateTime) - porchlight.clock.nowMs();
    expect(rest).toBeGreaterThanOrEqual(3 * HOUR_MS);
  });
});

describe('redirects', () => {
  test('are followed, as providers move their calendars', async () => {
    const moved = await openCalendarServer(meeting(START, ELEVEN));
    const calendars = await openCalendarServer({ status: 301, headers: { location: moved.url } });
    const porchlight = await startFeeding();
    await present(porchlight);
    expect(await setFeed(porchlight, calendars.url)).toMatchObject({ state: 'good' });
    expect(await porchlight.shown()).toBe('Busy/InAMeeting');
  });

  test('to where nobody may go are a failure that names the host', async () => {
    const location = 'https://10.1.2.3/admin?s3cret';
    const calendars = await openCalendarServer({ status: 302, headers: { location } });
    const porchlight = await startFeeding();
    const { state, failure } = await setFeed(porchlight, calendars.url);
    expect(state).toBe('failed');
    expect(failure).toMatch(/^it redirects to 10\.1\.2\.3: .*special purpose/);
    expect(failure).not.toContain('s3cret');
  });
});

describe('who asks for a feed', () => {
  test.each([
    ['no address', 'calendar', 'is not an absolute URL'],
    ['too long a one', `https://calendar.example/${'x'.repeat(2048)}`, '2,048 characters'],
    ['plain http', 'http://calendar.example/a.ics', 'only https'],
    ['a private network', 'https://192.168.1.1/a.ics', 'special purpose'],
    ['a private network as webcal', 'webcal://10.0.0.1/a.ics', 'special purpose'],
    ['credentials', 'https://me:secret@calendar.example/a.ics', 'credentials'],
    ['another protocol', 'file:///etc/passwd', 'only https'],
  ])('with %s gets 400, and nothing is kept', async (_, url, why) => {
    const porchlight = await startFeeding();
    const message = expectError(
      await porchlight.as(CALENDARS).put(PATH, { url }),
      400,
      'InvalidArgument',
    );
    expect(message).toContain('[Url]');
    expect(message).toContain(why);
    expect(await porchlight.as(CALENDARS).get(PATH)).toMatchObject({ status: 404 });
  });

  test.each([
    [{}, 'Url'],
    [{ url: 7 }, 'Url'],
    [{ url: 'https://a.example', addresses: ['nobody'] }, 'Addresses'],
    [{ url: 'https://a.example', addresses: Array(21).fill('a@b.example') }, 'Addresses'],
    [{ url: 'https://a.example', addresses: ['a@b\u0000'] }, 'Addresses'],
    [{ url: 'https://a.example', colour: 'blue' }, 'colour'],
  ])('with the body %j gets 400 that names %s', async (body, field) => {
    const porchlight = await startFeeding();
    const answer = await porchlight.as(CALENDARS).put(PATH, body);
    expect(expectError(answer, 400, 'InvalidArgument')).toContain(field);
  });

  test('may be its owner, or an application with the permission', async () => {
    const calendars = await openCalendarServer(calendar([]));
    const porchlight = await startFeeding();
    const me = '/porchlight/me/calendarFeed';
    const reader = porchlight.as({ user: USER, permissions: ['Calendars.Read'] });
    const denied = expectError(await reader.put(me, { url: calendars.url }), 403, 'Forbidden');
    expect(denied).toContain('Calendars.ReadWrite');
    expect(await porchlight.as(OWN).put(me, { url: calendars.url })).toMatchObject({ status: 200 });
    expect(await reader.get(me)).toMatchObject({ status: 200 });
    expectError(await porchlight.as({ user: COLLEAGUE, ...CALENDARS }).get(PATH), 403, 'Forbidden');
    expectError(
      await porchlight.as({ permissions: ['Presence.Read.All'] }).get(PATH),
      403,
      'Forbidden',
    );
    expectError(await porchlight.as(CALENDARS).get(me), 400, 'BadRequest');
    expectError(await porchlight.send('GET', PATH), 401, 'InvalidAuthenticationToken');
    expect(await porchlight.as({ app: APP, ...CALENDARS }).get(PATH)).toMatchObject({
      status: 200,
    });
  });

  test('finds nobody whom the directory doesn’t list, where it lists everybody', async () => {
    const directory = createDirectory('listed', new Map([[TENANT, [{ id: USER }]]]));
    const porchlight = await startFeeding({ directory });
    const path = `/porchlight/users/${STRANGER}/calendarFeed`;
    const set = await porchlight.as(CALENDARS).put(path, { url: 'https://calendar.example/' });
    expect(expectError(set, 404, 'NotFound')).toContain(STRANGER);
  });
});

test('a feed that fails holds up nobody else’s', async () => {
  const bad = await openCalendarServer(endless());
  const good = await openCalendarServer(meeting(START, ELEVEN));
  const porchlight = await startFeeding();
  await setFeed(porchlight, bad.url);
  const path = `/porchlight/users/${COLLEAGUE}/calendarFeed`;
  await present(porchlight, COLLEAGUE);
  expect(await setFeed(porchlight, good.url, undefined, path)).toMatchObject({ state: 'good' });
  expect(await porchlight.shown(COLLEAGUE)).toBe('Busy/InAMeeting');
});
