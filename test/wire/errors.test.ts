import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import {
  COLLEAGUE,
  expectError,
  type Porchlight,
  STRANGER,
  session,
  startPorchlight,
  USER,
} from './porchlight.ts';

const GUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
});
afterEach(() => porchlight.close());

describe('the envelope', () => {
  test('an error has Graph’s envelope: code, message, and ids for support', async () => {
    const answer = await porchlight.as().get(`/v1.0/users/${STRANGER}/presence`);
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({
      error: {
        code: 'NotFound',
        message: `User '${STRANGER}' was not found.`,
        innerError: {
          date: '2026-11-21T09:00:00',
          'request-id': answer.headers.get('request-id'),
          'client-request-id': answer.headers.get('client-request-id'),
        },
      },
    });
  });

  test.each([
    [
      'a missing token',
      401,
      'InvalidAuthenticationToken',
      () => porchlight.send('GET', '/v1.0/me/presence'),
    ],
    [
      'a missing permission',
      403,
      'Forbidden',
      () => porchlight.as({ permissions: [] }).get(`/v1.0/users/${USER}/presence`),
    ],
    ['an address with nothing at it', 404, 'NotFound', () => porchlight.send('GET', '/nowhere')],
    [
      'an address of the API with nothing at it',
      404,
      'NotFound',
      () => porchlight.as().get('/v1.0/nowhere'),
    ],
    [
      'another method',
      405,
      'MethodNotAllowed',
      () => porchlight.as({ user: USER }).delete('/v1.0/me/presence'),
    ],
    [
      'a bad field',
      400,
      'InvalidArgument',
      () => porchlight.as().post(`/v1.0/users/${USER}/presence/setPresence`, {}),
    ],
    [
      'a body that is no JSON',
      400,
      'BadRequest',
      () => porchlight.as().post(`/v1.0/users/${USER}/presence/setPresence`, '{'),
    ],
  ])('%s answers with it: %i %s', async (_, status, code, request) => {
    expectError(await request(), status, code);
  });
});

describe('request ids', () => {
  test('every answer carries a request-id of its own', async () => {
    const ids = [];
    for (const path of [`/v1.0/users/${USER}/presence`, `/v1.0/users/${STRANGER}/presence`, '/x']) {
      ids.push((await porchlight.as().get(path)).headers.get('request-id'));
    }
    for (const id of ids) expect(id).toMatch(GUID);
    expect(new Set(ids).size).toBe(3);
  });

  test('client-request-id comes back as the caller sent it, in the header and in the envelope', async () => {
    const headers = { 'client-request-id': 'my-trace-4711' };
    const fine = await porchlight.as().get(`/v1.0/users/${USER}/presence`, headers);
    expect(fine.headers.get('client-request-id')).toBe('my-trace-4711');
    const wrong = await porchlight.as().get(`/v1.0/users/${STRANGER}/presence`, headers);
    expect(wrong.body).toMatchObject({
      error: { innerError: { 'client-request-id': 'my-trace-4711' } },
    });
  });

  test.each([
    ['none', undefined],
    ['one with a space', 'two words'],
    ['one beyond ASCII', 'gruß'],
    ['one too long', 'x'.repeat(129)],
    ['an empty one', ''],
  ])('without a usable client-request-id (%s) the request-id stands in', async (_, id) => {
    const headers: Record<string, string> = id === undefined ? {} : { 'client-request-id': id };
    const answer = await porchlight.as().get(`/v1.0/users/${USER}/presence`, headers);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('client-request-id')).toBe(answer.headers.get('request-id'));
  });

  test('answers say OData 4.0 and are not to be cached', async () => {
    const { headers } = await porchlight.as().get(`/v1.0/users/${USER}/presence`);
    expect(headers.get('odata-version')).toBe('4.0');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-type')).toBe(
      'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
    );
  });
});

describe('405', () => {
  test.each([
    ['DELETE', '/v1.0/me/presence', 'GET'],
    ['PUT', `/v1.0/users/${USER}/presence`, 'GET, PATCH'],
    ['GET', '/v1.0/me/presence/setPresence', 'POST'],
    ['GET', '/v1.0/communications/getPresencesByUserId', 'POST'],
    ['POST', `/beta/users/${USER}/presence/sessions/${USER}`, 'PUT, DELETE'],
    ['HEAD', '/v1.0/me/presence', 'GET'],
  ])('%s %s is 405 and Allow says %s', async (method, path, allow) => {
    const token = await porchlight.token({ user: USER });
    const answer = await porchlight.send(method, path, { token });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
    if (method !== 'HEAD') {
      expect(expectError(answer, 405, 'MethodNotAllowed')).toBe(
        `${method} is not allowed here; allowed: ${allow}.`,
      );
    }
  });
});

describe('permissions', () => {
  test('a 403 names the permission that is missing, and what the token has', async () => {
    const answer = await porchlight
      .as({ permissions: ['Presence.Read.All'] })
      .post(`/v1.0/users/${USER}/presence/setPresence`, session('Busy/InACall'));
    expect(expectError(answer, 403, 'Forbidden')).toBe(
      'Missing the application permission Presence.ReadWrite.All. The token is an application one with Presence.Read.All.',
    );
  });

  test('a 403 names all permissions of which one would do', async () => {
    const answer = await porchlight.as({ user: USER, permissions: [] }).get('/v1.0/me/presence');
    expect(expectError(answer, 403, 'Forbidden')).toBe(
      'Missing one of the delegated permissions Presence.Read, Presence.Read.All. The token is a delegated one without permissions.',
    );
  });

  test('a delegated write on someone else is 401 in the real service’s words', async () => {
    const answer = await porchlight
      .as({ user: USER })
      .post(`/v1.0/users/${COLLEAGUE}/presence/setPresence`, session('Busy/InACall'));
    expect(expectError(answer, 401, 'Unauthorized')).toBe(
      `Cannot set the presence of another user. Authenticated user: ${USER}. Requested user: ${COLLEAGUE}`,
    );
  });

  test('/me with an application’s token is 400 in the real service’s words', async () => {
    const answer = await porchlight.as().get('/v1.0/me/presence');
    expect(expectError(answer, 400, 'BadRequest')).toBe(
      '/me request is only valid with delegated authentication flow.',
    );
  });
});

describe('faults of the server', () => {
  test('a store that can’t keep anything now is 503 with Retry-After', async () => {
    const store = openMemoryStore();
    const full = await startPorchlight({
      parts: {
        store: {
          ...store,
          update: async () => {
            throw new StoreUnavailable('the disk is full', 2500);
          },
        },
      },
    });
    const answer = await full
      .as()
      .post(`/v1.0/users/${USER}/presence/setPresence`, session('Busy/InACall'));
    expectError(answer, 503, 'ServiceUnavailable');
    expect(answer.headers.get('retry-after')).toBe('3');
    expect(answer.text).not.toContain('disk');
    await full.close();
  });

  test('what nobody thought of is 500 without a word about it; the log has the id and the cause', async () => {
    const store = openMemoryStore();
    const broken = await startPorchlight({
      parts: {
        store: {
          ...store,
          read: async () => {
            throw new Error('secret detail');
          },
        },
      },
    });
    const answer = await broken.as().get(`/v1.0/users/${USER}/presence`);
    expect(expectError(answer, 500, 'InternalServerError')).not.toContain('secret');
    expect(answer.text).not.toContain('secret');
    expect(broken.logged.join()).toContain('secret detail');
    expect(broken.logged.join()).toContain(answer.headers.get('request-id'));
    await broken.close();
  });

  test('what the caller did wrong is not logged as a fault', async () => {
    await porchlight.as().get('/v1.0/nowhere');
    await porchlight.as().post(`/v1.0/users/${USER}/presence/setPresence`, '{');
    expect(porchlight.logged).toEqual([]);
  });
});
