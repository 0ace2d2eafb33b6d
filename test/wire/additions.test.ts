import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { ADDITION_NAMES, type AdditionName } from '../../src/graph/additions.ts';
import {
  type Answer,
  APP,
  COLLEAGUE,
  expectError,
  type Porchlight,
  preferred,
  type SendOptions,
  START,
  session,
  startPorchlight,
  type TokenOptions,
  USER,
} from './porchlight.ts';
import type { SubscriptionJson } from './subscribing.ts';

const HEADER = 'porchlight-additions';

/** A request, by whom, and what comes before it that is no addition. */
interface Using {
  readonly method?: string;
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly by?: TokenOptions;
  /** Gives what stands for `{id}` in the path. */
  readonly before?: (porchlight: Porchlight) => Promise<string>;
  /** What profile graph answers; 0 where it has the addition too. */
  readonly graph: 0 | 400 | 403 | 404 | 409;
}

const MIRA: TokenOptions = { user: USER };
const READS_USERS: TokenOptions = { permissions: ['User.Read.All'] };
const ADVANCED = "/v1.0/users?$filter=displayName ne 'x'";
const RRULE = { '@porchlight.rrule': 'FREQ=DAILY;COUNT=2' };
const MONDAYS = {
  pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'] },
  range: { type: 'noEnd', startDate: '2026-11-23' },
};

const presence = (action: string) => `/v1.0/users/${USER}/presence${action}`;

function subscribing(changes: object = {}, minutes = 60): object {
  return {
    changeType: 'updated',
    notificationUrl: 'https://receiver.example/notifications',
    lifecycleNotificationUrl: 'https://receiver.example/lifecycle',
    resource: `communications/presences/${COLLEAGUE}`,
    expirationDateTime: new Date(START + minutes * 60_000).toISOString(),
    ...changes,
  };
}

async function subscribed(porchlight: Porchlight): Promise<string> {
  const { body } = await porchlight.as(MIRA).post('/v1.0/subscriptions', subscribing());
  return (body as SubscriptionJson).id;
}

function manyIds(count: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  );
}

function event(recurrence: object): object {
  const at = (hour: string) => ({ dateTime: `2026-11-23T${hour}:00:00`, timeZone: 'UTC' });
  return { subject: 'Planning', start: at('10'), end: at('11'), recurrence };
}

const everyone = { resource: 'communications/presences' };
const many = (ids: readonly string[]) => ({
  resource: `communications/presences?$filter=id in (${ids.map((id) => `'${id}'`).join(',')})`,
});

/** The requests by which each addition is used. A new addition has a row here, or this doesn't compile. */
const USES: Readonly<Record<AdditionName, readonly Using[]>> = {
  'several-sessions': [
    { path: presence('/setPresence'), body: session('Busy/InACall', 'PT1H', 'desk'), graph: 400 },
    {
      method: 'PUT',
      path: presence('/sessions/desk'),
      body: preferred('Busy/InACall'),
      graph: 400,
    },
  ],
  'more-pairs': [
    { path: presence('/setPresence'), body: session('Busy/Busy'), graph: 400 },
    { path: presence('/setPresence'), body: session('beRightBack/berightback'), graph: 400 },
  ],
  'more-ids': [
    {
      path: '/v1.0/communications/getPresencesByUserId',
      body: { ids: manyIds(651) },
      graph: 400,
    },
    { path: '/v1.0/subscriptions', body: subscribing(many(manyIds(651))), by: MIRA, graph: 400 },
    {
      method: 'GET',
      path: `/porchlight/presences/delta?ids=${manyIds(651).join(',')}`,
      graph: 400,
    },
  ],
  'whole-tenant': [
    { path: '/v1.0/subscriptions', body: subscribing(everyone), by: MIRA, graph: 400 },
    { method: 'GET', path: '/porchlight/presences/delta', graph: 400 },
  ],
  select: [
    { method: 'GET', path: presence('?$select=id'), graph: 0 },
    {
      path: '/v1.0/communications/getPresencesByUserId?%24select=id',
      body: { ids: [USER] },
      graph: 0,
    },
  ],
  'advanced-queries': [
    { method: 'GET', path: ADVANCED, by: READS_USERS, graph: 0 },
    { method: 'GET', path: `${ADVANCED}&$count=true`, by: READS_USERS, graph: 0 },
    {
      method: 'GET',
      path: "/v1.0/users?$filter=startswith(displayName,'a')&$orderby=displayName",
      by: READS_USERS,
      graph: 0,
    },
  ],
  'app-only-work-location': [
    { path: presence('/setManualLocation'), body: { workLocationType: 'office' }, graph: 403 },
    { path: presence('/clearLocation'), graph: 403 },
  ],
  'app-only-subscriptions': [
    { path: '/v1.0/subscriptions', body: subscribing(), graph: 403 },
    { method: 'GET', path: '/v1.0/subscriptions', graph: 403 },
  ],
  'several-subscriptions': [
    {
      path: '/v1.0/subscriptions',
      body: subscribing({ resource: `communications/presences/${USER}` }),
      by: MIRA,
      before: subscribed,
      graph: 409,
    },
  ],
  'longer-subscriptions': [
    { path: '/v1.0/subscriptions', body: subscribing({}, 61), by: MIRA, graph: 400 },
    {
      method: 'PATCH',
      path: '/v1.0/subscriptions/{id}',
      body: { expirationDateTime: new Date(START + 61 * 60_000).toISOString() },
      by: MIRA,
      before: subscribed,
      graph: 400,
    },
  ],
  'select-in-subscriptions': [
    {
      path: '/v1.0/subscriptions',
      body: subscribing({ resource: `users/${USER}/presence?$select=statusMessage` }),
      by: MIRA,
      graph: 400,
    },
  ],
  delivery: [
    {
      path: '/v1.0/subscriptions',
      body: subscribing({ '@porchlight.delivery': 'each' }),
      by: MIRA,
      graph: 400,
    },
  ],
  'early-reauthorization': [
    {
      path: '/v1.0/subscriptions/{id}/reauthorize',
      by: MIRA,
      async before(porchlight) {
        const id = await subscribed(porchlight);
        porchlight.clock.advance(60_000);
        const { expirationDateTime } = subscribing() as SubscriptionJson;
        await porchlight.as(MIRA).patch(`/v1.0/subscriptions/${id}`, { expirationDateTime });
        return id;
      },
      graph: 409,
    },
  ],
  rrule: [
    { path: `/v1.0/users/${USER}/events`, body: event(RRULE), graph: 400 },
    {
      method: 'PATCH',
      path: `/v1.0/users/${USER}/events/{id}`,
      body: { recurrence: RRULE },
      async before(porchlight) {
        const { body } = await porchlight.as().post(`/v1.0/users/${USER}/events`, event(MONDAYS));
        return (body as { readonly id: string }).id;
      },
      graph: 400,
    },
  ],
};

const ROWS = ADDITION_NAMES.flatMap((name) => USES[name].map((using) => ({ name, ...using })));
const title = ({ name, method = 'POST', path }: (typeof ROWS)[number]) =>
  `${name}: ${method} ${path.slice(0, 70)}`;
const CASES = ROWS.map((row) => [title(row), row] as const);

let porchlight: Porchlight;
afterEach(() => porchlight.close());

async function ask(using: Using): Promise<Answer> {
  const { method = 'POST', path, body, headers = {}, by } = using;
  const id = (await using.before?.(porchlight)) ?? '';
  const options: SendOptions = { token: await porchlight.token(by), headers };
  return porchlight.send(method, path.replace('{id}', id), {
    ...options,
    ...(body !== undefined && { body }),
  });
}

describe('a request that uses an addition', () => {
  test.each(CASES)('is taken in profile extended, and the answer names it: %s', async (_, row) => {
    porchlight = await startPorchlight({ profile: 'extended' });
    const { status, headers, text } = await ask(row);
    expect(status, text).toBeLessThan(300);
    expect(headers.get(HEADER)).toBe(row.name);
  });

  test.each(CASES)('is answered in profile graph as Graph does, or as said: %s', async (_, row) => {
    porchlight = await startPorchlight({ profile: 'graph' });
    const { status, headers, text } = await ask(row);
    expect(status, text).toBe(row.graph || 200);
    expect(headers.get(HEADER)).toBe(row.graph === 0 ? row.name : null);
  });

  test.each(CASES)(
    'is an error where the server is strict, and nothing is done: %s',
    async (_, row) => {
      const profile = row.graph === 0 ? 'graph' : 'extended';
      porchlight = await startPorchlight({ profile, strict: true });
      let before: unknown;
      const answer = await ask({
        ...row,
        async before() {
          const id = (await row.before?.(porchlight)) ?? '';
          before = await everything();
          return id;
        },
      });
      const message = expectError(answer, 400, 'BadRequest');
      expect(message).toContain(`Porchlight's addition '${row.name}'). Graph would answer 4`);
      expect(answer.headers.get(HEADER)).toBe(row.name);
      expect(await everything()).toEqual(before);
    },
  );
});

/** All that is kept, presence and documents. */
async function everything(): Promise<unknown> {
  const { documents } = porchlight.store;
  const collections = ['subscriptions', 'letters'];
  const all = await Promise.all(collections.map((name) => documents.all(name)));
  const calendar = await porchlight.as().get(`/v1.0/users/${USER}/events`);
  return [await porchlight.kept(), all.map((each) => [...each]), calendar.text];
}

describe('profile extended', () => {
  test('names several additions of one request in one header', async () => {
    porchlight = await startPorchlight({ profile: 'extended' });
    const { headers } = await porchlight
      .as()
      .post(presence('/setPresence'), session('Busy/Busy', undefined, 'desk'));
    expect(headers.get(HEADER)).toBe('several-sessions, more-pairs');
  });

  test('names them in an answer that refuses for another reason', async () => {
    porchlight = await startPorchlight({ profile: 'extended' });
    const answer = await porchlight.as().post(presence('/clearPresence'), { sessionId: 'desk' });
    expectError(answer, 404, 'NotFound');
    expect(answer.headers.get(HEADER)).toBe('several-sessions');
  });

  test('names them for each part of a batch', async () => {
    porchlight = await startPorchlight({ profile: 'extended' });
    const part = (id: string, body: object) => ({
      ...{ id, method: 'POST', url: `/users/${USER}/presence/setPresence`, body },
      headers: { 'Content-Type': 'application/json' },
    });
    const requests = [part('1', session('Busy/Busy')), part('2', session('Busy/InACall'))];
    const { body, headers } = await porchlight.as().post('/v1.0/$batch', { requests });
    expect(body).toEqual({
      responses: [
        { id: '1', status: 200, headers: { 'Porchlight-Additions': 'more-pairs' } },
        { id: '2', status: 200, headers: {} },
      ],
    });
    expect(headers.get(HEADER)).toBeNull();
  });

  test('lets pages read the header', async () => {
    porchlight = await startPorchlight({ profile: 'extended' });
    const { headers } = await porchlight
      .as()
      .get(presence('?$select=id'), { origin: 'https://page.example' });
    expect(headers.get('access-control-expose-headers')).toContain(HEADER);
  });

  test('says nothing of advanced queries that are asked for as Graph wants them', async () => {
    porchlight = await startPorchlight({ profile: 'extended', strict: true });
    const { status, headers, text } = await porchlight
      .as(READS_USERS)
      .get(`${ADVANCED}&$count=true`, { consistencylevel: 'eventual' });
    expect(status, text).toBe(200);
    expect(headers.get(HEADER)).toBeNull();
  });
});

describe('a strict server', () => {
  test('serves what Graph has, parts of a batch one by one', async () => {
    porchlight = await startPorchlight({ profile: 'extended', strict: true });
    const get = (id: string, query = '') => ({
      ...{ id, method: 'GET', url: `/users/${USER}/presence${query}` },
    });
    expect(
      (await porchlight.as().post(presence('/setPresence'), session('Busy/InACall', 'PT1H')))
        .status,
    ).toBe(200);
    const { body } = await porchlight
      .as()
      .post('/v1.0/$batch', { requests: [get('1'), get('2', '?$select=id')] });
    expect(body).toMatchObject({
      responses: [
        { id: '1', status: 200, headers: {} },
        { id: '2', status: 400, headers: { 'Porchlight-Additions': 'select' } },
      ],
    });
  });

  test('offers no additions where it says what is supported, nor in its answers', async () => {
    porchlight = await startPorchlight({ profile: 'extended', strict: true });
    const refused = await porchlight
      .as()
      .post(presence('/setPresence'), session('Busy/InAMeeting'));
    expect(expectError(refused, 400, 'InvalidArgument')).toMatch(/DoNotDisturb\/Presenting\.$/);
    const made = await porchlight.as(MIRA).post('/v1.0/subscriptions', subscribing());
    expect(made.status).toBe(201);
    expect(made.body).not.toHaveProperty('@porchlight.delivery');
    expect(made.body).toMatchObject({ applicationId: APP });
  });
});

describe('an operation that forgets to say which addition it used', () => {
  // It can't: what the profile is, only the dispatcher knows.
  const rooms = ['http/operations', 'stream', 'subscriptions', 'mailbox', 'presence', 'directory'];
  const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

  test.each(rooms)('has no profile to ask for in %s', (name) => {
    const files = readdirSync(`${SRC}${name}`, { recursive: true, encoding: 'utf8' });
    const sources = files.filter((file) => file.endsWith('.ts'));
    expect(sources.length).toBeGreaterThan(3);
    const asking = sources.filter((file) =>
      /\bProfile\b|\.profile\b|[{,] *profile\b|\bisStrict\b/.test(
        readFileSync(`${SRC}${name}/${file}`, 'utf8'),
      ),
    );
    expect(asking).toEqual([]);
  });
});
