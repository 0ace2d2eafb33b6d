import { afterEach, describe, expect, test } from 'vitest';
import { createDirectory } from '../../src/directory/fixed.ts';
import { createVisibility, type TenantVisibility } from '../../src/presence/visibility.ts';
import { type Notified, startNotified, usersOf } from './notified.ts';
import { COLLEAGUE, OTHER_TENANT, STRANGER, TENANT, USER } from './porchlight.ts';
import { presenceIn, presencesIn, watch } from './watching.ts';

/** Mira and her colleague design; the stranger sells. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  [USER]: ['Design', 'Football'],
  [COLLEAGUE]: ['Design'],
  [STRANGER]: ['Sales'],
};

const DIRECTORY = createDirectory(
  'open',
  new Map([[TENANT, Object.entries(GROUPS).map(([id, groups]) => ({ id, groups }))]]),
);

const HIDDEN = {
  availability: 'Offline',
  activity: 'Offline',
  sequenceNumber: 'A0000000000000000',
  statusMessage: null,
};

let notified: Notified;
afterEach(() => notified.close());

/** A server on which everyone is in a call. */
async function start(who: TenantVisibility['who'], seeEveryone: readonly string[] = []) {
  const rules = new Map([[TENANT, { who, seeEveryone }]]);
  const visibility = createVisibility(
    rules,
    (tenantId, userId) => DIRECTORY.user(tenantId, userId)?.groups ?? [],
  );
  notified = await startNotified({ directory: DIRECTORY, parts: { visibility } });
  for (const userId of [USER, COLLEAGUE, STRANGER]) await notified.set('Busy/InACall', userId);
}

/** What a signed-in user reads of another, one by one and among many. */
async function read(reader: string, userId: string): Promise<string> {
  const as = notified.as({ user: reader });
  const single = await as.get(`/v1.0/users/${userId}/presence`);
  const bulk = await as.post('/v1.0/communications/getPresencesByUserId', { ids: [userId] });
  const [among] = (bulk.body as { value: object[] }).value;
  expect(single.body).toMatchObject(among ?? {});
  const { activity } = single.body as { activity: string };
  if (activity === 'Offline') expect(single.body).toMatchObject(HIDDEN);
  return activity;
}

describe('who sees whom', () => {
  test('everyone sees everyone where nothing else is said', async () => {
    await start('everyone');
    expect(await read(USER, STRANGER)).toBe('InACall');
  });

  test('with groups, those are seen who share one, and all others are Offline', async () => {
    await start('groups');
    expect(await read(USER, COLLEAGUE)).toBe('InACall');
    expect(await read(COLLEAGUE, USER)).toBe('InACall');
    expect(await read(USER, STRANGER)).toBe('Offline');
    expect(await read(STRANGER, USER)).toBe('Offline');
  });

  test('somebody in no group sees nobody but themselves', async () => {
    await start('groups');
    const guest = '77777777-0000-4000-8000-000000000007';
    await notified.set('Away/Away', guest);
    expect(await read(guest, USER)).toBe('Offline');
    expect(await read(guest, guest)).toBe('Away');
  });

  test('a group may be let see everyone', async () => {
    await start('nobody', ['Football']);
    expect(await read(USER, STRANGER)).toBe('InACall');
    expect(await read(COLLEAGUE, USER)).toBe('Offline');
  });

  test('with nobody, all see themselves alone', async () => {
    await start('nobody');
    expect(await read(USER, COLLEAGUE)).toBe('Offline');
    expect(await read(USER, USER)).toBe('InACall');
  });

  test('an application by itself sees whom its permission is for', async () => {
    await start('nobody');
    expect(await notified.shown(STRANGER)).toBe('Busy/InACall');
  });

  test('another tenant has rules of its own', async () => {
    await start('nobody');
    await notified.set('Away/Away', STRANGER, OTHER_TENANT);
    const as = notified.as({ tenant: OTHER_TENANT, user: USER });
    const { body } = await as.get(`/v1.0/users/${STRANGER}/presence`);
    expect(body).toMatchObject({ availability: 'Away' });
  });

  test('somebody unknown stays unknown', async () => {
    await start('nobody');
    const unknown = '88888888-0000-4000-8000-000000000008';
    const answer = await notified.as({ user: USER }).get(`/v1.0/users/${unknown}/presence`);
    expect(answer.status).toBe(404);
  });
});

describe('of those one doesn’t see', () => {
  const BOTH = `communications/presences?$filter=id in ('${COLLEAGUE}','${STRANGER}')`;

  test('no notification tells', async () => {
    await start('groups');
    await notified.subscribe({ user: USER }, { resource: BOTH });
    await notified.set('Away/Away', STRANGER);
    await notified.set('Away/Away', COLLEAGUE);
    const [first] = await notified.arrived(1);
    expect(usersOf(first)).toEqual([COLLEAGUE]);
  });

  test('no stream tells, and its snapshot shows them Offline', async () => {
    await start('groups');
    const query = `?ids=${STRANGER},${COLLEAGUE}`;
    const stream = await watch(notified, query, { user: USER });
    expect(presencesIn(await stream.next())).toMatchObject([
      { id: STRANGER, ...HIDDEN },
      { id: COLLEAGUE, activity: 'InACall' },
    ]);
    await notified.set('Away/Away', STRANGER);
    await notified.set('Away/Away', COLLEAGUE);
    expect(presenceIn(await stream.next())).toMatchObject({ id: COLLEAGUE, activity: 'Away' });
    stream.hangUp();
  });

  test('no delta tells', async () => {
    await start('groups');
    const as = notified.as({ user: USER });
    type Delta = { value: { id: string }[]; '@odata.deltaLink': string };
    const first = await as.get(`/porchlight/presences/delta?ids=${STRANGER},${COLLEAGUE}`);
    const { value, '@odata.deltaLink': link } = first.body as Delta;
    expect(value).toMatchObject([{ id: STRANGER, ...HIDDEN }, { id: COLLEAGUE }]);
    await notified.set('Away/Away', STRANGER);
    await notified.set('Away/Away', COLLEAGUE);
    const { pathname, search } = new URL(link);
    const next = (await as.get(pathname + search)).body as Delta;
    expect(next.value.map(({ id }) => id)).toEqual([COLLEAGUE]);
  });
});
