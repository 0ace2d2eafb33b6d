import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  APP,
  COLLEAGUE,
  expectError,
  type Porchlight,
  preferred,
  STRANGER,
  session,
  startPorchlight,
  USER,
} from './porchlight.ts';

const JSON_BODY = { headers: { 'Content-Type': 'application/json' } };

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
});
afterEach(() => porchlight.close());

interface PartAnswer {
  readonly id: string;
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

const send = (requests: unknown, path = '/v1.0/$batch') => porchlight.as().post(path, { requests });

/** The parts' answers by id, of a batch that is well-formed. */
async function batch(requests: unknown): Promise<Record<string, PartAnswer>> {
  const answer = await send(requests);
  expect(answer.status, answer.text).toBe(200);
  const { responses } = answer.body as { responses: PartAnswer[] };
  return Object.fromEntries(responses.map((each) => [each.id, each]));
}

const get = (id: string, more: object = {}) => ({
  id,
  method: 'GET',
  url: `/users/${USER}/presence`,
  ...more,
});
const set = (id: string, pair: string, more: object = {}) => ({
  id,
  method: 'POST',
  url: `/users/${USER}/presence/setPresence`,
  body: session(pair),
  ...JSON_BODY,
  ...more,
});
const failing = (id: string, more: object = {}) =>
  get(id, { url: `/users/${STRANGER}/presence`, ...more });

test('a batch answers 200 with one response for each request', async () => {
  const answer = await porchlight.asDocumented(`
    POST https://graph.microsoft.com/v1.0/$batch
    Content-Type: application/json

    {
      "requests": [
        {
          "id": "1",
          "method": "POST",
          "url": "/users/${USER}/presence/setPresence",
          "headers": { "Content-Type": "application/json" },
          "body": { "sessionId": "${APP}", "availability": "Busy", "activity": "InACall" }
        },
        { "id": "2", "dependsOn": ["1"], "method": "GET", "url": "/users/${USER}/presence" },
        {
          "id": "3",
          "dependsOn": ["2"],
          "method": "POST",
          "url": "communications/getPresencesByUserId",
          "headers": { "content-type": "application/json; charset=utf-8" },
          "body": { "ids": ["${USER}", "${STRANGER}"] }
        }
      ]
    }
  `);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.body).toEqual({
    responses: [
      { id: '1', status: 200, headers: {} },
      {
        id: '2',
        status: 200,
        headers: { 'Content-Type': expect.stringMatching(/^application\/json/) },
        body: expect.objectContaining({ id: USER, availability: 'Busy', activity: 'InACall' }),
      },
      {
        id: '3',
        status: 200,
        headers: expect.anything(),
        body: expect.objectContaining({
          value: [
            expect.objectContaining({ id: USER, availability: 'Busy' }),
            expect.objectContaining({ id: STRANGER, availability: 'PresenceUnknown' }),
          ],
        }),
      },
    ],
  });
});

test('20 requests are answered', async () => {
  const parts = await batch(Array.from({ length: 20 }, (_, index) => get(`${index}`)));
  expect(Object.values(parts).map(({ status }) => status)).toEqual(new Array(20).fill(200));
});

test('21 requests are refused, and none of them runs', async () => {
  const requests = Array.from({ length: 21 }, (_, index) => set(`${index}`, 'Busy/InACall'));
  expect(expectError(await send(requests), 400, 'BadRequest')).toBe(
    '[Requests]: 21 are too many: 20 at most.',
  );
  expect(await porchlight.shown()).toBe('Offline/Offline');
});

test('an empty batch is refused', async () => {
  expectError(await send([]), 400, 'BadRequest');
});

describe('ids', () => {
  test('the same id twice, compared without case, is refused', async () => {
    const answer = await send([get('one'), get('ONE')]);
    expect(expectError(answer, 400, 'BadRequest')).toContain("'ONE' stands there twice");
  });

  test.each([[{ id: '' }], [{ id: 1 }], [{ id: undefined }], [{ id: null }]])(
    'a part with %j is refused',
    async (more) => {
      expectError(await send([get('x', more)]), 400, 'InvalidArgument');
    },
  );

  test('an id comes back as it was sent', async () => {
    const id = '"Ä\\ 😀';
    expect(Object.keys(await batch([get(id)]))).toEqual([id]);
  });
});

describe('dependsOn', () => {
  test('parts run in the order of their dependencies, whatever their order in the batch', async () => {
    const parts = await batch([
      get('after both', { dependsOn: ['away', 'BUSY'] }),
      set('away', 'Away/Away', { dependsOn: ['busy'] }),
      set('busy', 'Busy/InACall'),
      get('between', { dependsOn: ['busy'] }),
    ]);
    expect(parts['after both']).toMatchObject({ status: 200, body: { availability: 'Away' } });
    expect(parts.away).toMatchObject({ status: 200 });
  });

  test('a chain of 20 runs to its end', async () => {
    const pairs = ['Away/Away', 'Busy/InACall'];
    const chain = Array.from({ length: 20 }, (_, index) =>
      set(`${index}`, pairs[index % 2] ?? '', index === 0 ? {} : { dependsOn: [`${index - 1}`] }),
    );
    const parts = await batch(chain.toReversed());
    expect(Object.values(parts).every(({ status }) => status === 200)).toBe(true);
    expect(await porchlight.shown()).toBe('Busy/InACall');
  });

  test('a part whose dependency failed is 424 and does not run, and so on down the chain', async () => {
    const parts = await batch([
      failing('a'),
      set('b', 'Busy/InACall', { dependsOn: ['a'] }),
      get('c', { dependsOn: ['b'] }),
      get('free'),
    ]);
    expect([parts.a, parts.b, parts.c, parts.free].map((part) => part?.status)).toEqual([
      404, 424, 424, 200,
    ]);
    expect(parts.b?.body).toMatchObject({
      error: { code: 'FailedDependency', message: "Request 'a' failed." },
    });
    expect(await porchlight.shown()).toBe('Offline/Offline');
  });

  test.each([
    ['itself', [get('a', { dependsOn: ['a'] })]],
    ['itself in another case', [get('a', { dependsOn: ['A'] })]],
    ['each other', [get('a', { dependsOn: ['b'] }), get('b', { dependsOn: ['a'] })]],
    [
      'each other in a round of three',
      [
        set('x', 'Busy/InACall'),
        get('a', { dependsOn: ['x', 'b'] }),
        get('b', { dependsOn: ['c'] }),
        get('c', { dependsOn: ['a'] }),
      ],
    ],
  ])('parts that depend on %s are refused, and none runs', async (_, requests) => {
    expect(expectError(await send(requests), 400, 'BadRequest')).toContain('depends on itself');
    expect(await porchlight.shown()).toBe('Offline/Offline');
  });

  test('a dependency on an unknown id is refused, and nothing runs', async () => {
    const answer = await send([set('a', 'Busy/InACall'), get('b', { dependsOn: ['zzz'] })]);
    expect(expectError(answer, 400, 'BadRequest')).toBe("[DependsOn]: there is no request 'zzz'.");
    expect(await porchlight.shown()).toBe('Offline/Offline');
  });
});

describe('parts', () => {
  test('a part’s error stands inside the 200, in Graph’s envelope, and the others run', async () => {
    const parts = await batch([
      failing('unknown user'),
      set('no such pair', 'Busy/InAMeeting'),
      get('method', { method: 'DELETE' }),
      get('nowhere', { url: '/nowhere' }),
      get('me', { url: '/me/presence' }),
      set('fine', 'Away/Away'),
    ]);
    expect(
      Object.values(parts).map(({ status, body }) => [
        status,
        (body as { error?: { code: string } })?.error?.code,
      ]),
    ).toEqual([
      [404, 'NotFound'],
      [400, 'InvalidArgument'],
      [405, 'MethodNotAllowed'],
      [404, 'NotFound'],
      [400, 'BadRequest'],
      [200, undefined],
    ]);
    expect(parts.method?.headers).toMatchObject({ Allow: 'GET, PATCH' });
    expect(parts['unknown user']?.body).toEqual({
      error: {
        code: 'NotFound',
        message: `User '${STRANGER}' was not found.`,
        innerError: {
          date: '2026-11-21T09:00:00',
          'request-id': expect.stringMatching(/^[\da-f-]{36}$/),
          'client-request-id': expect.stringMatching(/^[\da-f-]{36}$/),
        },
      },
    });
  });

  test.each(['/$batch', '$batch', '/%24batch', '/$BATCH/', '/$batch?x=1'])(
    'a batch inside a batch, as %s, is that part’s 400',
    async (url) => {
      const parts = await batch([
        { id: '1', method: 'POST', url, body: { requests: [get('x')] }, ...JSON_BODY },
      ]);
      expect(parts['1']).toMatchObject({
        status: 400,
        body: { error: { message: '[Url]: a batch takes no other batch.' } },
      });
    },
  );

  test.each([
    'https://graph.microsoft.com/v1.0/me/presence',
    'http://127.0.0.1/v1.0/me/presence',
    '//evil.example/me/presence',
    '',
  ])('the url %j, which isn’t relative, is that part’s 400', async (url) => {
    const parts = await batch([get('1', { url })]);
    expect(parts['1']).toMatchObject({
      status: 400,
      body: { error: { message: '[Url]: must be relative to the version, such as /me/presence.' } },
    });
  });

  test('half a surrogate pair in a url, which only a batch can carry, is that part’s 400', async () => {
    const range = 'startDateTime=2026-11-21T00:00:00Z&endDateTime=2026-11-28T00:00:00Z';
    const parts = await batch([
      get('event', { url: `/users/${USER}/events/\udcff/instances?${range}` }),
      get('user', { url: '/users/\udcff/presence' }),
    ]);
    const refused = { status: 400, body: { error: { message: 'The path does not decode.' } } };
    expect(parts).toMatchObject({ event: refused, user: refused });
  });

  test('a url needs no slash at its beginning', async () => {
    const parts = await batch([get('1', { url: `users/${USER}/presence` })]);
    expect(parts['1']).toMatchObject({ status: 200 });
  });

  test('a url carries query options', async () => {
    const parts = await batch([get('1', { url: `/users/${USER}/presence?$select=id` })]);
    expect(parts['1']?.body).toEqual({ '@odata.context': expect.any(String), id: USER });
  });

  test.each([
    ['no headers', {}],
    ['null headers', { headers: null }],
    ['another type', { headers: { 'Content-Type': 'text/plain' } }],
    ['a type that is no text', { headers: { 'Content-Type': 1 } }],
  ])('a body with %s is that part’s 400: it needs a content type', async (_, headers) => {
    const parts = await batch([{ ...set('1', 'Busy/InACall'), headers: undefined, ...headers }]);
    expect(parts['1']).toMatchObject({
      status: 400,
      body: {
        error: { message: '[Headers]: a body needs a Content-Type header of application/json.' },
      },
    });
    expect(await porchlight.shown()).toBe('Offline/Offline');
  });

  test('an action without parameters works with the empty object and without a body', async () => {
    const url = `/users/${USER}/presence/clearUserPreferredPresence`;
    const parts = await batch([
      { id: '1', method: 'POST', url, body: {}, ...JSON_BODY },
      { id: '2', method: 'POST', url },
    ]);
    expect([parts['1']?.status, parts['2']?.status]).toEqual([200, 200]);
  });

  test('every operation can be a part, legacy ones too, methods in any case', async () => {
    const user = `/users/${USER}/presence`;
    const statusMessage = { message: { content: 'Hi' } };
    const chain = [
      { method: 'post', url: `${user}/setPresence`, body: session('Busy/InACall') },
      { method: 'Post', url: `${user}/setUserPreferredPresence`, body: preferred('Busy/Busy') },
      { method: 'POST', url: `${user}/clearUserPreferredPresence`, body: {} },
      { method: 'POST', url: `${user}/setStatusMessage`, body: { statusMessage } },
      { method: 'POST', url: `${user}/clearPresence`, body: { sessionId: APP } },
      { method: 'patch', url: user, body: preferred('Busy/InACall') },
      { method: 'put', url: `${user}/sessions/${APP}`, body: preferred('Away/Away') },
      { method: 'delete', url: `${user}/${APP}` },
      { method: 'get', url: `/communications/presences/${USER}` },
    ];
    const parts = await batch(
      chain.map((each, index) => ({
        id: `${index}`,
        ...each,
        ...('body' in each && JSON_BODY),
        ...(index > 0 && { dependsOn: [`${index - 1}`] }),
      })),
    );
    expect(Object.values(parts).map(({ status }) => status)).toEqual(chain.map(() => 200));
  });

  test('each part says why a set shows nothing', async () => {
    const parts = await batch([
      {
        id: '1',
        method: 'POST',
        url: `/users/${USER}/presence/setUserPreferredPresence`,
        body: preferred('Busy/Busy'),
        ...JSON_BODY,
      },
    ]);
    expect(parts['1']).toEqual({
      id: '1',
      status: 200,
      headers: { 'Porchlight-Effect': 'none; by="no session"' },
    });
  });

  test('a signed-in user’s batch acts for that user in every part', async () => {
    const { body } = await porchlight.as({ user: USER }).post('/v1.0/$batch', {
      requests: [
        {
          id: '1',
          method: 'POST',
          url: '/me/presence/setPresence',
          body: session('Busy/InACall'),
          ...JSON_BODY,
        },
        {
          id: '2',
          method: 'POST',
          url: `/users/${COLLEAGUE}/presence/setPresence`,
          body: session('Busy/InACall'),
          ...JSON_BODY,
        },
      ],
    });
    expect(body).toMatchObject({ responses: [{ status: 200 }, { status: 401 }] });
    expect(await porchlight.shown(COLLEAGUE)).toBe('Offline/Offline');
  });
});

test('parts are answered in the process: a batch of 20 is one request over one connection', async () => {
  const seen: string[] = [];
  const note = (_: unknown, name: string | symbol) => seen.push(String(name));
  const channels = [
    'net.server.socket',
    'net.client.socket',
    'http.server.request.start',
    'http.client.request.start',
  ];
  const token = await porchlight.token();
  // The connection stands before counting begins.
  await porchlight.send('GET', '/healthz');
  for (const name of channels) subscribe(name, note);
  try {
    const requests = Array.from({ length: 20 }, (_, index) => get(`${index}`));
    const answer = await porchlight.send('POST', '/v1.0/$batch', { token, body: { requests } });
    expect(answer.status).toBe(200);
  } finally {
    for (const name of channels) unsubscribe(name, note);
  }
  expect(channel('http.server.request.start').hasSubscribers).toBe(false);
  expect(seen.filter((name) => name === 'http.server.request.start')).toHaveLength(1);
  expect(seen.filter((name) => name.startsWith('net.')).length).toBeLessThanOrEqual(2);
  expect(seen).not.toContain('http.client.request.start');
});

describe('the batch itself', () => {
  test.each([
    ['no requests', {}],
    ['requests that are no array', { requests: { id: '1' } }],
    ['a part that is no object', { requests: ['GET /me/presence'] }],
    ['a part without a method', { requests: [{ id: '1', url: '/me/presence' }] }],
    ['a part without a url', { requests: [{ id: '1', method: 'GET' }] }],
    ['a dependsOn that is no array', { requests: [{ ...get('1'), dependsOn: '1' }] }],
    ['an unknown field', { requests: [get('1')], more: true }],
    ['an unknown field in a part', { requests: [get('1', { more: true })] }],
  ])('with %s it is 400', async (_, body) => {
    expectError(await porchlight.as().post('/v1.0/$batch', body), 400, 'InvalidArgument');
  });

  test('without a body it is 400', async () => {
    expectError(await porchlight.as().post('/v1.0/$batch'), 400, 'InvalidArgument');
  });

  test('another method than POST is 405 with Allow', async () => {
    const answer = await porchlight.as().get('/v1.0/$batch');
    expectError(answer, 405, 'MethodNotAllowed');
    expect(answer.headers.get('allow')).toBe('POST');
  });

  test('it works under beta, percent-encoded and with a trailing slash', async () => {
    for (const path of ['/beta/$batch', '/v1.0/%24batch', '/v1.0/$batch/']) {
      expect((await send([get('1')], path)).status).toBe(200);
    }
  });

  test('without a token it is 401', async () => {
    const answer = await porchlight.send('POST', '/v1.0/$batch', {
      body: { requests: [get('1')] },
    });
    expectError(answer, 401, 'InvalidAuthenticationToken');
  });
});
