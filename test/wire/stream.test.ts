import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDirectory } from '../../src/directory/fixed.ts';
import {
  APP,
  COLLEAGUE,
  EXAMPLE_DIRECTORY,
  expectError,
  HOUR_MS,
  MINUTE_MS,
  OTHER_TENANT,
  type Porchlight,
  preferred,
  STRANGER,
  session,
  startPorchlight,
  TENANT,
  USER,
  USER_NAME,
} from './porchlight.ts';
import { openRaw } from './raw.ts';
import { presenceIn, presencesIn, reasonIn, STREAM, say, watch, watchOn } from './watching.ts';

let porchlight: Porchlight;
beforeAll(async () => {
  porchlight = await startPorchlight();
});
afterAll(() => porchlight.close());

const set = (pair: string, userId = USER) =>
  porchlight.as().post(`/v1.0/users/${userId}/presence/setPresence`, session(pair, 'PT4H'));

describe('the answer', () => {
  test('is an event stream that no proxy holds back, on a connection of its own', async () => {
    const stream = await watch(porchlight);
    const { statusCode, headers } = stream.response;
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream;charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'close',
      'request-id': expect.stringMatching(/\S/),
    });
    expect(headers).not.toHaveProperty('content-length');
    expect(headers).not.toHaveProperty('transfer-encoding');
    await stream.next();
    expect(stream.text).toMatch(/^retry: 2000\n\nevent: snapshot\n/);
    stream.hangUp();
  });

  test('begins with a snapshot: what a bulk read answers, with unknown users', async () => {
    await set('Busy/InACall');
    const ids = [COLLEAGUE, USER_NAME, STRANGER, 'nobody@contoso.example', USER];
    const query = `?ids=${ids.map(encodeURIComponent).join(',')}`;
    const stream = await watch(porchlight, query);
    const bulk = await porchlight.as().post('/v1.0/communications/getPresencesByUserId', { ids });
    const presences = presencesIn(await stream.next());
    expect(presences).toEqual((bulk.body as { value: object[] }).value);
    expect(presences.map(({ availability }) => availability)).toEqual([
      'Offline',
      'Busy',
      'PresenceUnknown',
      'PresenceUnknown',
    ]);
    stream.hangUp();
  });

  test('tells each change as a read shows it, with the id of its place', async () => {
    const stream = await watchOn(porchlight);
    await set('Away/Away');
    await set('Available/Available', COLLEAGUE);
    const first = await stream.next();
    expect(presenceIn(first)).toMatchObject({ id: USER, availability: 'Away', activity: 'Away' });
    const second = await stream.next();
    expect(second.id > first.id).toBe(true);
    const { body } = await porchlight.as().get(`/v1.0/users/${COLLEAGUE}/presence`);
    expect(body).toEqual({
      '@odata.context': expect.any(String),
      ...presenceIn(second),
    });
    stream.hangUp();
  });

  test('tells nothing of users that were not asked for, nor of another tenant', async () => {
    const stream = await watchOn(porchlight, `?ids=${USER}`);
    await set('Busy/InACall', COLLEAGUE);
    const foreign = porchlight.as({ tenant: OTHER_TENANT });
    await foreign.post(`/v1.0/users/${USER}/presence/setPresence`, session('Busy/InACall'));
    await set('Available/Available');
    expect(presenceIn(await stream.next())).toMatchObject({ id: USER, availability: 'Available' });
    stream.hangUp();
  });

  test('tells a fade that nobody wrote, at its time', async () => {
    await set('Available/Available');
    const stream = await watchOn(porchlight, `?ids=${USER}`);
    porchlight.clock.advance(5 * MINUTE_MS);
    expect(presenceIn(await stream.next()).activity).toBe('AvailableInactive');
    porchlight.clock.advance(5 * MINUTE_MS);
    expect(presenceIn(await stream.next()).activity).toBe('Away');
    stream.hangUp();
  });

  test('tells the state at each change, also where the next came at once', async () => {
    const stream = await watchOn(porchlight, `?ids=${USER}`);
    const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`);
    await Promise.all(texts.map((text) => say(porchlight, USER, text)));
    for (const text of texts) {
      expect(presenceIn(await stream.next()).statusMessage?.message.content).toBe(text);
    }
    stream.hangUp();
  });

  test('shows the whole of one’s own status message, and the text of others’', async () => {
    const own = await watchOn(porchlight, `?ids=${USER}`, { user: USER });
    const others = await watchOn(porchlight, `?ids=${USER}`, { user: COLLEAGUE });
    await say(porchlight, USER, 'At the dentist');
    const message = { message: { content: 'At the dentist', contentType: 'text' } };
    expect(presenceIn(await others.next()).statusMessage).toEqual(message);
    const { statusMessage } = presenceIn(await own.next());
    expect(statusMessage).toMatchObject({ ...message, publishedDateTime: expect.any(String) });
    const { body } = await porchlight.as({ user: USER }).get('/v1.0/me/presence');
    expect(body).toMatchObject({ statusMessage });
    own.hangUp();
    others.hangUp();
  });

  test('$select gives the properties asked for, and tells of them alone', async () => {
    await set('Busy/InACall');
    const stream = await watch(porchlight, `?ids=${USER}&$select=id,activity`);
    expect(presencesIn(await stream.next())).toEqual([{ id: USER, activity: 'InACall' }]);
    await say(porchlight, USER, 'A text that nobody here asked for');
    await set('Away/Away');
    expect(presenceIn(await stream.next())).toEqual({ id: USER, activity: 'Away' });
    stream.hangUp();
  });

  test('says something every 15 seconds, and from where to go on', async () => {
    const stream = await watchOn(porchlight, `?ids=${STRANGER}`);
    await set('Busy/InACall');
    const { end } = await porchlight.store.feedBounds(0);
    porchlight.clock.advance(15_000);
    await stream.until(({ comments }) => comments.includes('keep-alive'));
    await stream.until(({ lastEventId }) => lastEventId === end);
    expect(stream.events).toEqual([]);
    stream.hangUp();
  });

  test('comes after the answers to what was asked before it on the same connection', async () => {
    const token = await porchlight.token();
    const { socket, answer } = openRaw(porchlight.origin);
    const rest = `HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    socket.write(`GET /v1.0/users/${USER}/presence ${rest}GET ${STREAM}?ids=${USER} ${rest}`);
    let received = '';
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk) => {
        received += chunk;
        if (received.includes('"value":') && received.endsWith('\n\n')) resolve();
      });
    });
    socket.end();
    await answer;
    expect(received).toMatch(/^HTTP\/1\.1 200 OK.*"activity".*HTTP\/1\.1 200 OK.*snapshot/s);
  });
});

describe('who is watched', () => {
  test('ids may be repeated, as a list and as a parameter; each counts once', async () => {
    const stream = await watch(
      porchlight,
      `?ids=${USER},${USER.toUpperCase()}&ids=${COLLEAGUE}&ids=${encodeURIComponent(USER_NAME)}`,
    );
    const ids = presencesIn(await stream.next()).map(({ id }) => id);
    expect(ids).toEqual([USER, COLLEAGUE]);
    await set('Away/Away');
    await set('Busy/InACall');
    expect(presenceIn(await stream.next()).activity).toBe('Away');
    expect(presenceIn(await stream.next()).activity).toBe('InACall');
    stream.hangUp();
  });

  test('650 ids fit into an address, beside a long token', async () => {
    const ids = Array.from(
      { length: 650 },
      (_, index) => `bbbbbbbb-0000-4000-8000-${String(index).padStart(12, '0')}`,
    );
    const claims = { padding: 'x'.repeat(3000) };
    const stream = await watch(porchlight, `?ids=${ids.join(',')}`, { claims });
    expect(presencesIn(await stream.next())).toHaveLength(650);
    await say(porchlight, ids[649] ?? '', 'The last one');
    expect(presenceIn(await stream.next()).id).toBe(ids[649]);
    stream.hangUp();
    const tooMany = await porchlight.as().get(`${STREAM}?ids=${[...ids, USER].join(',')}`);
    expect(expectError(tooMany, 400, 'InvalidArgument')).toContain('650 at most');
  });

  test('more ids come in a body, 10,000 in profile extended', async () => {
    const extended = await startPorchlight({ profile: 'extended' });
    const ids = Array.from(
      { length: 10_000 },
      (_, index) => `bbbbbbbb-0000-4000-8000-${String(index).padStart(12, '0')}`,
    );
    const stream = await watch(extended, '', { body: { ids } });
    expect(presencesIn(await stream.next())).toHaveLength(10_000);
    await say(extended, ids[9999] ?? '', 'The last one');
    expect(presenceIn(await stream.next()).id).toBe(ids[9999]);
    stream.hangUp();
    const tooMany = await extended.as().post(STREAM, { ids: [...ids, USER] });
    expect(expectError(tooMany, 400, 'InvalidArgument')).toContain('10000 at most');
    await extended.close();
  });

  test('without ids it is everyone of the tenant, for an application in profile extended', async () => {
    const extended = await startPorchlight({ profile: 'extended' });
    await say(extended, USER, 'Here already');
    const foreign = extended.as({ tenant: OTHER_TENANT });
    await foreign.post(`/v1.0/users/${STRANGER}/presence/setPresence`, session('Busy/Busy'));
    const stream = await watch(extended, '');
    expect(presencesIn(await stream.next()).map(({ id }) => id)).toEqual([USER]);
    await say(extended, COLLEAGUE, 'New');
    expect(presenceIn(await stream.next()).id).toBe(COLLEAGUE);
    stream.hangUp();
    for (const [server, options] of [
      [porchlight, {}],
      [extended, { user: USER }],
    ] as const) {
      const refused = await server.as(options).get(STREAM);
      expect(expectError(refused, 400, 'BadRequest')).toContain('profile extended');
    }
    await extended.close();
  });

  test('a tenant of thousands comes as a snapshot and one event for each of the others', async () => {
    const extended = await startPorchlight({ profile: 'extended' });
    const ids = Array.from(
      { length: 2500 },
      (_, index) => `bbbbbbbb-0000-4000-8000-${String(index).padStart(12, '0')}`,
    );
    for (const id of ids) await say(extended, id, 'Here');
    const { end } = await extended.store.feedBounds(0);
    const stream = await watch(extended, '');
    const first = await stream.next();
    expect(first.id).toBe('');
    const seen = presencesIn(first).map(({ id }) => id);
    while (seen.length < ids.length) {
      const event = await stream.next();
      expect(event.id).toBe('');
      seen.push(presenceIn(event).id);
    }
    expect(seen).toEqual(ids);
    await stream.until(({ lastEventId }) => lastEventId === end);
    stream.hangUp();
    await extended.close();
  });

  test('in a tenant that lists its users an unknown one stays unknown', async () => {
    const listed = await startPorchlight({
      directory: createDirectory('listed', new Map([[TENANT, [{ id: USER }]]])),
    });
    const stream = await watch(listed, `?ids=${USER},${STRANGER}`);
    expect(presencesIn(await stream.next()).map(({ availability }) => availability)).toEqual([
      'Offline',
      'PresenceUnknown',
    ]);
    stream.hangUp();
    await listed.close();
  });

  test.each([
    ['no id', '?ids='],
    ['commas alone', '?ids=,,'],
  ])('%s is 400: nobody is no way to say everyone', async (_, query) => {
    const extended = await startPorchlight({ profile: 'extended' });
    expectError(await extended.as().get(`${STREAM}${query}`), 400, 'InvalidArgument');
    expectError(await extended.as().post(STREAM, { ids: [] }), 400, 'InvalidArgument');
    await extended.close();
  });
});

describe('who may', () => {
  const kinds = ['delegated', 'application'] as const;
  const permissions = [
    'Presence.Read',
    'Presence.Read.All',
    'Presence.ReadWrite',
    'Presence.ReadWrite.All',
  ];
  const enough = {
    delegated: ['Presence.Read.All'],
    application: ['Presence.Read.All', 'Presence.ReadWrite.All'],
  };

  test('a stream asks for the permissions of a bulk read', async () => {
    for (const kind of kinds) {
      for (const permission of permissions) {
        const stream = await watch(porchlight, `?ids=${USER}`, {
          ...(kind === 'delegated' && { user: USER }),
          permissions: [permission],
        });
        const expected = enough[kind].includes(permission) ? 200 : 403;
        expect(stream.response.statusCode, `${kind} ${permission}`).toBe(expected);
        stream.hangUp();
      }
    }
  });

  test('without a token there is none, and the body isn’t read', async () => {
    const answer = await porchlight.send('POST', STREAM, { body: 'not JSON' });
    expectError(answer, 401, 'InvalidAuthenticationToken');
  });

  test('errors stand in Graph’s envelope, and a page of another origin may read them', async () => {
    const page = { origin: 'https://intranet.example' };
    const answer = await porchlight.as().get(`${STREAM}?ids=${USER}&$top=3`, page);
    expectError(answer, 400, 'BadRequest');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expectError(await porchlight.as().put(`${STREAM}?ids=${USER}`), 405, 'MethodNotAllowed');
    expectError(await porchlight.as().get('/porchlight/presences'), 404, 'NotFound');
    expectError(await porchlight.as().get('/porchlight/presencess/stream'), 404, 'NotFound');
  });

  test('it is no part of Graph: not under a version, and not in a batch', async () => {
    expectError(await porchlight.as().get(`/v1.0${STREAM}?ids=${USER}`), 404, 'NotFound');
    const { body } = await porchlight.as().post('/v1.0/$batch', {
      requests: [{ id: '1', method: 'GET', url: `${STREAM}?ids=${USER}` }],
    });
    expect(body).toMatchObject({ responses: [{ status: 404 }] });
  });
});

describe('the end', () => {
  test('the end of the token ends the stream, and a new one goes on where it was', async () => {
    const exp = Math.floor((porchlight.clock.nowMs() + MINUTE_MS) / 1000);
    const stream = await watchOn(porchlight, `?ids=${USER}`, { claims: { exp } });
    await say(porchlight, USER, 'Before');
    await stream.next();
    porchlight.clock.advance(MINUTE_MS);
    expect(reasonIn(await stream.next())).toBe('tokenExpired');
    await stream.closed();
    await say(porchlight, USER, 'Meanwhile');
    const { lastEventId } = stream;
    const next = await watch(porchlight, `?ids=${USER}`, { lastEventId });
    expect(presenceIn(await next.next()).statusMessage?.message.content).toBe('Meanwhile');
    next.hangUp();
  });

  test('nothing is told after the end of the token, even if the clock leaps', async () => {
    await set('Available/Available');
    const exp = Math.floor((porchlight.clock.nowMs() + MINUTE_MS) / 1000);
    const stream = await watchOn(porchlight, `?ids=${USER}`, { claims: { exp } });
    porchlight.clock.advance(HOUR_MS);
    expect(reasonIn(await stream.next())).toBe('tokenExpired');
    await stream.closed();
    expect(stream.events).toEqual([]);
  });

  test('a server that closes ends its streams at once, and isn’t held up by them', async () => {
    const closing = await startPorchlight();
    const streams = await Promise.all(Array.from({ length: 5 }, () => watchOn(closing)));
    const closed = closing.close();
    for (const stream of streams) {
      expect(reasonIn(await stream.next())).toBe('closing');
      await stream.closed();
    }
    await closed;
  });
});

describe('where origins are restricted', () => {
  test('a page of an allowed one may read the stream', async () => {
    const restricted = await startPorchlight({ cors: /^https:\/\/intranet\.example$/ });
    const token = await restricted.token({ user: USER });
    const open = (origin: string) =>
      fetch(`${restricted.origin}${STREAM}?ids=${USER}`, {
        headers: { authorization: `Bearer ${token}`, origin },
      });
    const allowed = await open('https://intranet.example');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://intranet.example');
    const refused = await open('https://evil.example');
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    await Promise.all([allowed.body?.cancel(), refused.body?.cancel()]);
    await restricted.close();
  });
});

test('a preferred presence and its session are told as they show', async () => {
  const own = await startPorchlight({ directory: EXAMPLE_DIRECTORY });
  const stream = await watchOn(own, `?ids=${USER}`);
  const user = `/v1.0/users/${USER}/presence`;
  await own.as().post(`${user}/setUserPreferredPresence`, preferred('Busy/Busy'));
  await own.as().post(`${user}/setPresence`, session('Available/Available', 'PT1H'));
  expect(presenceIn(await stream.next()).activity).toBe('Busy');
  await own.as().post(`${user}/clearPresence`, { sessionId: APP });
  expect(presenceIn(await stream.next()).activity).toBe('Offline');
  stream.hangUp();
  await own.close();
});
