import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setStatusMessage, tell } from '../store/commands.ts';
import {
  APP,
  COLLEAGUE,
  DAY_MS,
  expectError,
  HOUR_MS,
  MINUTE_MS,
  OTHER_APP,
  OTHER_TENANT,
  type Porchlight,
  type PorchlightOptions,
  preferred,
  START,
  STRANGER,
  session,
  startPorchlight,
  TENANT,
  USER,
} from './porchlight.ts';

let porchlight: Porchlight;
const begin = async (options?: PorchlightOptions) => {
  await porchlight.close();
  porchlight = await startPorchlight(options);
};
beforeEach(async () => {
  porchlight = await startPorchlight();
});
afterEach(() => porchlight.close());

const PATH = `/porchlight/users/${USER}/presence/history`;
const OWN = '/porchlight/me/presence/history';
const ADMIN = { permissions: ['Porchlight.Manage.All'] };
const ONESELF = { user: USER, permissions: ['Presence.Read'] };
const PRESENCE = `/v1.0/users/${USER}/presence`;

const at = (afterMs: number) => new Date(START + afterMs).toISOString();

interface Told {
  readonly value: readonly {
    readonly dateTime: string;
    readonly sequenceNumber: string;
    readonly before: Record<string, unknown>;
    readonly after: Record<string, unknown>;
    readonly cause: { readonly kind: string; readonly appId: string | null };
  }[];
  readonly '@odata.nextLink'?: string;
  readonly fromDateTime: string;
  readonly toDateTime: string;
  readonly knownFromDateTime: string;
}

async function told(query = '', as: Parameters<Porchlight['as']>[0] = ADMIN, path = PATH) {
  const { status, body, text } = await porchlight.as(as).get(path + query);
  expect(status, text).toBe(200);
  return body as Told;
}

const set = (pair: string, duration: string, app = APP) =>
  porchlight.as({ app }).post(`${PRESENCE}/setPresence`, session(pair, duration, app));

const say = (content: string) =>
  porchlight.as({ user: USER }).post('/v1.0/me/presence/setStatusMessage', {
    statusMessage: { message: { content, contentType: 'text' } },
  });

/** A morning: away, a meeting, a choice, and everything ends. */
async function live() {
  const { clock } = porchlight;
  const when = (dateTime: string) => ({ dateTime, timeZone: 'UTC' });
  const [start, end] = [when('2026-11-21T09:30:00'), when('2026-11-21T10:00:00')];
  await porchlight.as().post(`/v1.0/users/${USER}/events`, { subject: 'Planning', start, end });
  await set('Away/Away', 'PT2H');
  clock.set(START + 10 * MINUTE_MS);
  await say('In the lab');
  clock.set(START + 75 * MINUTE_MS);
  await porchlight
    .as({ app: OTHER_APP })
    .post(`${PRESENCE}/setUserPreferredPresence`, preferred('DoNotDisturb/DoNotDisturb', 'PT30M'));
  clock.set(START + 3 * HOUR_MS);
}

test('each change is told with what it came from, also those that nobody has written yet', async () => {
  await live();
  const { value, ...rest } = await told();
  expect(rest).toEqual({
    id: USER,
    fromDateTime: at(3 * HOUR_MS - 7 * DAY_MS),
    toDateTime: at(3 * HOUR_MS),
    knownFromDateTime: at(3 * HOUR_MS - 7 * DAY_MS),
  });
  const short = value.map(({ dateTime, after, cause }) => [
    ...[dateTime.slice(11, 16), after.activity, cause.kind, cause.appId],
  ]);
  expect(short).toEqual([
    ['09:00', 'Away', 'setPresence', APP],
    ['09:10', 'Away', 'setStatusMessage', APP],
    ['09:30', 'InAMeeting', 'calendarBegan', null],
    ['10:00', 'Away', 'calendarEnded', null],
    ['10:15', 'DoNotDisturb', 'setUserPreferredPresence', OTHER_APP],
    ['10:45', 'Away', 'preferredPresenceExpired', null],
    ['11:00', 'Offline', 'sessionExpired', null],
  ]);
  expect(value[1]).toEqual({
    dateTime: at(10 * MINUTE_MS),
    sequenceNumber: `A000${START + 10 * MINUTE_MS}`,
    before: {
      availability: 'Away',
      activity: 'Away',
      outOfOfficeSettings: { message: null, isOutOfOffice: false },
      statusMessage: null,
      workLocation: { source: 'none', workLocationType: 'unspecified', placeId: null },
    },
    after: {
      availability: 'Away',
      activity: 'Away',
      outOfOfficeSettings: { message: null, isOutOfOffice: false },
      statusMessage: { message: { content: 'In the lab', contentType: 'text' } },
      workLocation: { source: 'none', workLocationType: 'unspecified', placeId: null },
    },
    cause: { kind: 'setStatusMessage', appId: APP },
  });
  // The same once time has been written.
  await porchlight.server.shifts.tick();
  expect((await told()).value).toEqual(value);
});

test('what was is told as it is seen: the user has all of the status message', async () => {
  await live();
  const { value } = await told('', ONESELF, OWN);
  expect(value).toHaveLength(7);
  expect(value[1]?.after.statusMessage).toEqual({
    message: { content: 'In the lab', contentType: 'text' },
    publishedDateTime: at(10 * MINUTE_MS),
    expiryDateTime: { dateTime: '9999-12-31T00:00:00.0000000', timeZone: 'UTC' },
  });
  expect((await told('', ONESELF)).value).toEqual(value);
});

test('a range is from its first instant until just before its last', async () => {
  await live();
  const range = (from: string, to: string) =>
    told(`?from=2026-11-21T${from}:00Z&to=2026-11-21T${to}:00Z`);
  const minutes = ({ value }: Told) => value.map(({ dateTime }) => dateTime.slice(11, 16));
  expect(minutes(await range('09:10', '10:00'))).toEqual(['09:10', '09:30']);
  expect(minutes(await range('09:11', '10:01'))).toEqual(['09:30', '10:00']);
  expect(minutes(await range('10:00', '10:00'))).toEqual([]);
  expect(minutes(await range('10:16', '23:00'))).toEqual(['10:45', '11:00']);
  expect(await told('?from=2026-11-21T10:30:00%2B01:00&to=2026-11-21T23:00:00Z')).toMatchObject({
    fromDateTime: at(30 * MINUTE_MS),
    toDateTime: at(3 * HOUR_MS),
  });
});

test('a page has what was asked for at most, and the link of the next', async () => {
  await live();
  const whole = (await told('?to=2026-11-21T11:00:00Z')).value;
  for (const top of [1, 2, 4, 6, 7]) {
    const read: unknown[] = [];
    let query: string | undefined = `?to=2026-11-21T11:00:00Z&$top=${top}`;
    while (query !== undefined) {
      const page: Told = await told(query);
      expect(page.value.length).toBeLessThanOrEqual(top);
      read.push(...page.value);
      const link = page['@odata.nextLink'];
      if (link !== undefined) expect(link).toMatch(`${porchlight.origin}${PATH}?`);
      query = link === undefined ? undefined : new URL(link).search;
    }
    expect(read).toEqual(whole);
  }
});

test('a page ends where its text is long, and the next begins there', async () => {
  const me = { tenantId: TENANT, userId: USER };
  const COUNT = 600;
  for (let index = 0; index < COUNT; index++) {
    const text = `${index} ${'long '.repeat(200)}`;
    await tell(porchlight.store, me, START + index, setStatusMessage(text));
  }
  porchlight.clock.advance(HOUR_MS);
  const first = await told('?$top=1000');
  expect(first.value.length).toBeLessThan(COUNT);
  const link = first['@odata.nextLink'] ?? '';
  const second = await told(new URL(link).search);
  expect(first.value.length + second.value.length).toBe(COUNT);
  expect(second['@odata.nextLink']).toBeUndefined();
});

describe('as of an instant', () => {
  const asOf = async (instant: string) => {
    const { status, body, text } = await porchlight.as(ADMIN).get(`${PATH}?at=${instant}`);
    expect(status, text).toBe(200);
    return body as { presence: Record<string, unknown> | null };
  };

  test('it is what it was then', async () => {
    await live();
    expect(await asOf('2026-11-21T09:29:59.999Z')).toEqual({
      id: USER,
      atDateTime: at(30 * MINUTE_MS - 1),
      knownFromDateTime: at(3 * HOUR_MS - 7 * DAY_MS),
      presence: {
        availability: 'Away',
        activity: 'Away',
        outOfOfficeSettings: { message: null, isOutOfOffice: false },
        statusMessage: { message: { content: 'In the lab', contentType: 'text' } },
        workLocation: { source: 'none', workLocationType: 'unspecified', placeId: null },
      },
    });
    expect((await asOf('2026-11-21T09:30:00Z')).presence?.activity).toBe('InAMeeting');
    expect((await asOf('2026-11-21T10:50:00Z')).presence?.activity).toBe('Away');
    expect((await asOf('2026-11-21T12:00:00Z')).presence?.activity).toBe('Offline');
    expect((await asOf('2026-11-20T12:00:00Z')).presence).toMatchObject({
      activity: 'Offline',
      statusMessage: null,
    });
  });

  test('before it is known it is null', async () => {
    await live();
    expect((await asOf('2026-11-14T11:59:59Z')).presence).toBeNull();
    expect((await asOf('2026-11-14T12:00:00Z')).presence).not.toBeNull();
  });
});

test('the summary has the time in each state', async () => {
  await live();
  const { status, body, text } = await porchlight
    .as(ADMIN)
    .get(`${PATH}/summary?from=2026-11-21T08:00:00Z`);
  expect(status, text).toBe(200);
  expect(body).toEqual({
    id: USER,
    fromDateTime: at(-HOUR_MS),
    toDateTime: at(3 * HOUR_MS),
    knownFromDateTime: at(3 * HOUR_MS - 7 * DAY_MS),
    changes: 7,
    availability: [
      { availability: 'Offline', duration: 'PT2H' },
      { availability: 'Away', duration: 'PT1H' },
      { availability: 'Busy', duration: 'PT30M' },
      { availability: 'DoNotDisturb', duration: 'PT30M' },
    ],
    activity: [
      { activity: 'Offline', duration: 'PT2H' },
      { activity: 'Away', duration: 'PT1H' },
      { activity: 'InAMeeting', duration: 'PT30M' },
      { activity: 'DoNotDisturb', duration: 'PT30M' },
    ],
  });
  const own = porchlight.as(ONESELF).get(`${OWN}/summary?to=2026-11-21T09:00:00Z`);
  expect((await own).body).toMatchObject({
    changes: 0,
    activity: [{ activity: 'Offline', duration: 'PT165H' }],
  });
});

test('what is asked wrongly is 400, and named', async () => {
  for (const [query = '', named = ''] of [
    ['?from=yesterday', '[from]'],
    ['?to=2026-13-01T00:00:00Z', '[to]'],
    ['?from=2026-11-21T10:00:00Z&to=2026-11-21T09:00:00Z', '[from]'],
    ['?at=noon', '[at]'],
    ['?at=2026-11-21T09:00:00.001Z', '[at]'],
    ['?at=2026-11-21T08:00:00Z&from=2026-11-21T08:00:00Z', '[from]'],
    ['?at=2026-11-21T08:00:00Z&$top=5', '[$top]'],
    ['?$top=0', '[$top]'],
    ['?$top=1001', '[$top]'],
    ['?$skiptoken=abc', '[$skiptoken]'],
    ['?$skiptoken=99999999999999999999', '[$skiptoken]'],
    ['?$filter=x', '$filter'],
    ['/summary?from=now', '[from]'],
    ['/summary?$top=5', '$top'],
  ]) {
    const answer = await porchlight.as(ADMIN).get(PATH + query);
    const code = (answer.body as { error?: { code?: string } }).error?.code ?? '';
    expect(['InvalidArgument', 'BadRequest']).toContain(code);
    expect(expectError(answer, 400, code), query).toContain(named);
  }
});

test('it is for the users themselves, and for whoever looks after the server', async () => {
  await live();
  const others = porchlight.as({ user: COLLEAGUE, permissions: ['Presence.Read.All'] });
  for (const path of [PATH, `${PATH}/summary`, `${PATH}?at=2026-11-21T09:00:00Z`]) {
    expectError(await others.get(path), 403, 'Forbidden');
    expectError(await porchlight.as().get(path), 403, 'Forbidden');
    const elsewhere = porchlight.as({ ...ADMIN, tenant: OTHER_TENANT });
    expectError(await elsewhere.get(path), 404, 'NotFound');
  }
  expectError(await porchlight.as(ADMIN).get(PATH.replace(USER, STRANGER)), 404, 'NotFound');
  // Whoever holds a token of the tenant's exists, also before the first word about them.
  const stranger = porchlight.as({ user: STRANGER, permissions: ['Presence.Read'] });
  expect(await stranger.get(OWN)).toMatchObject({ status: 200, body: { value: [] } });
  expect(await stranger.get(`${OWN}?at=2026-11-21T09:00:00Z`)).toMatchObject({
    body: { presence: { availability: 'Offline' } },
  });
});

describe('a tenant’s retention', () => {
  test('bounds what is told, however long it is kept', async () => {
    await begin({ historyMs: (tenantId) => (tenantId === TENANT ? HOUR_MS : 7 * DAY_MS) });
    await live();
    const { value, knownFromDateTime } = await told('?from=2026-11-21T00:00:00Z');
    expect(knownFromDateTime).toBe(at(2 * HOUR_MS));
    expect(value.map(({ dateTime }) => dateTime)).toEqual([at(2 * HOUR_MS)]);
    const before = await porchlight.as(ADMIN).get(`${PATH}?at=2026-11-21T10:59:59Z`);
    expect(before.body).toMatchObject({ presence: null, knownFromDateTime: at(2 * HOUR_MS) });
  });

  test('may be off: then there is none, and it says so', async () => {
    await begin({ historyMs: () => 0 });
    await live();
    for (const path of [PATH, `${PATH}/summary`, `${PATH}?at=2026-11-21T09:00:00Z`]) {
      expect(expectError(await porchlight.as(ADMIN).get(path), 403, 'Forbidden')).toContain('off');
    }
    expectError(await porchlight.as(ONESELF).get(OWN), 403, 'Forbidden');
  });
});
