import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  APP,
  COLLEAGUE,
  expectError,
  OTHER_TENANT,
  type Porchlight,
  preferred,
  session,
  startPorchlight,
  USER,
  USER_NAME,
} from './porchlight.ts';
import { rawRequest, sendRaw } from './raw.ts';

let porchlight: Porchlight;
beforeAll(async () => {
  porchlight = await startPorchlight();
});
afterAll(() => porchlight.close());
beforeEach(async () => {
  await porchlight.as().patch(`/v1.0/users/${USER}/presence`, preferred('Offline/Offline'));
});

const set = (path: string) => porchlight.as().post(path, session('Busy/InACall'));

describe.each(['v1.0', 'beta'])('/%s', (version) => {
  test(`every documented route exists under ${version}`, async () => {
    const app = porchlight.as();
    const mira = porchlight.as({ user: USER });
    const statusMessage = { message: { content: 'Hi', contentType: 'text' } };
    const bodies: Record<string, object> = {
      setPresence: session('Busy/InACall'),
      setUserPreferredPresence: preferred('Busy/Busy'),
      clearUserPreferredPresence: {},
      setStatusMessage: { statusMessage },
      clearPresence: { sessionId: APP },
    };
    for (const [client, base] of [
      [mira, '/me/presence'],
      [app, `/users/${USER}/presence`],
      [app, `/communications/presences/${USER}`],
    ] as const) {
      expect((await client.get(`/${version}${base}`)).status, base).toBe(200);
      for (const [action, body] of Object.entries(bodies)) {
        const answer = await client.post(`/${version}${base}/${action}`, body);
        expect(answer.status, `${base}/${action}`).toBe(200);
      }
    }
    const ids = { ids: [USER] };
    expect((await app.post(`/${version}/communications/getPresencesByUserId`, ids)).status).toBe(
      200,
    );
    const legacy = preferred('Busy/InACall');
    const user = `/${version}/users/${USER}/presence`;
    expect((await app.patch(user, legacy)).status).toBe(200);
    for (const path of [`${user}/sessions/${APP}`, `${user}/${APP}`]) {
      expect((await app.put(path, legacy)).status).toBe(200);
      expect((await app.delete(path)).status).toBe(200);
    }
  });
});

describe('keys in parentheses', () => {
  test.each([
    `/v1.0/users('${USER}')/presence`,
    `/v1.0/users(%27${USER}%27)/presence`,
    `/v1.0/users%28%27${USER}%27%29/presence`,
    `/v1.0/communications/presences('${USER}')`,
    `/v1.0/communications/presences%28'${USER}'%29`,
    `/v1.0/users('${USER_NAME}')/presence`,
    `/v1.0/users(%27${encodeURIComponent(USER_NAME)}%27)/presence`,
  ])('GET %s', async (path) => {
    const { status, body } = await porchlight.as().get(path);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: USER });
  });

  test('an action behind a key in parentheses', async () => {
    expect((await set(`/v1.0/users('${USER}')/presence/setPresence`)).status).toBe(200);
    expect(await porchlight.shown()).toBe('Busy/InACall');
  });

  test('the session of a legacy route as a key in parentheses', async () => {
    const path = `/beta/users('${USER}')/presence/sessions('${APP}')`;
    expect((await porchlight.as().put(path, preferred('Away/Away'))).status).toBe(200);
    expect(await porchlight.shown()).toBe('Away/Away');
  });
});

describe('namespaced actions', () => {
  test.each([
    `/v1.0/users/${USER}/presence/microsoft.graph.setPresence`,
    `/beta/users('${USER}')/presence/microsoft.graph.setPresence`,
    `/v1.0/communications/presences/${USER}/microsoft.graph.setPresence`,
  ])('POST %s', async (path) => {
    expect((await set(path)).status).toBe(200);
    expect(await porchlight.shown()).toBe('Busy/InACall');
  });

  test('POST /communications/microsoft.graph.getPresencesByUserId', async () => {
    const answer = await porchlight
      .as()
      .post('/v1.0/communications/microsoft.graph.getPresencesByUserId', { ids: [USER] });
    expect(answer.status).toBe(200);
  });
});

describe('user principal names', () => {
  test.each([USER_NAME, USER_NAME.toUpperCase(), encodeURIComponent(USER_NAME)])(
    'a user is found as %s, and the answer names their id',
    async (name) => {
      expect((await set(`/v1.0/users/${name}/presence/setPresence`)).status).toBe(200);
      const { body } = await porchlight.as().get(`/v1.0/users/${name}/presence`);
      expect(body).toMatchObject({ id: USER, availability: 'Busy' });
    },
  );

  test('a user writes about themselves under their own name', async () => {
    const mira = porchlight.as({ user: USER });
    const path = `/v1.0/users/${USER_NAME}/presence/setPresence`;
    expect((await mira.post(path, session('Away/Away'))).status).toBe(200);
    expect(await porchlight.shown()).toBe('Away/Away');
  });

  test('a bulk read takes names too, and answers with ids', async () => {
    const { body } = await porchlight
      .as()
      .post('/v1.0/communications/getPresencesByUserId', { ids: [USER_NAME] });
    expect(body).toMatchObject({ value: [{ id: USER }] });
  });

  test('a name of another tenant is nobody’s', async () => {
    const answer = await porchlight
      .as({ tenant: OTHER_TENANT })
      .get(`/v1.0/users/${USER_NAME}/presence`);
    expectError(answer, 404, 'NotFound');
  });
});

describe('spelling', () => {
  test.each([
    `/v1.0/users/${USER}/presence/setPresence/`,
    `/v1.0/USERS/${USER}/Presence/SETPRESENCE`,
    `/v1.0/users/${USER.toUpperCase()}/presence/setpresence`,
    `/v1.0/users/${USER}/%70resence/setPresence`,
  ])('a trailing slash, any case and percent-encoding make no difference: %s', async (path) => {
    expect((await set(path)).status).toBe(200);
    expect(await porchlight.shown()).toBe('Busy/InACall');
  });

  test('/me means the caller however it is spelled: an application’s token gets 400, nobody is written', async () => {
    const before = await porchlight.kept();
    for (const me of ['me', 'ME', '%6De', 'm%65', 'microsoft.graph.me']) {
      const answer = await set(`/v1.0/${me}/presence/setPresence`);
      expect(expectError(answer, 400, 'BadRequest'), me).toBe(
        '/me request is only valid with delegated authentication flow.',
      );
    }
    expect(await porchlight.kept()).toBe(before);
  });

  test('/me however spelled is a signed-in user’s own presence, with the permission for that', async () => {
    const mira = porchlight.as({ user: COLLEAGUE, permissions: ['Presence.Read'] });
    for (const me of ['me', 'Me', '%6de']) {
      const { status, body } = await mira.get(`/v1.0/${me}/presence`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ id: COLLEAGUE });
    }
  });

  test('a request line may carry the whole address', async () => {
    const address = `http://porchlight.example/v1.0/users/${USER}/presence?$select=id`;
    const answer = await sendRaw(porchlight.origin, [
      rawRequest(`GET ${address}`, { Authorization: `Bearer ${await porchlight.token()}` }),
    ]);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ id: USER });
  });

  test.each([
    '/v1.0',
    '/v1.0/',
    '/v1.0/groups',
    `/v1.0/users/${USER}/manager`,
    `/v1.0//users/${USER}/presence`,
    '/v1.0/communications/presences',
    `/v1.0/users/${USER}/presence/sessions/${APP}/more`,
  ])('there is nothing at %s', async (path) => {
    expectError(await porchlight.as().get(path), 404, 'NotFound');
  });
});

describe('the address in an answer', () => {
  const contextOf = async (with_: Porchlight, headers: Record<string, string> = {}) => {
    const { body } = await with_.as().get(`/v1.0/users/${USER}/presence`, headers);
    return (body as Record<string, string>)['@odata.context'];
  };
  const below = `/v1.0/$metadata#users('${USER}')/presence/$entity`;

  test('@odata.context carries the address that the caller used', async () => {
    expect(await contextOf(porchlight)).toBe(`${porchlight.origin}${below}`);
  });

  test('@odata.context carries the public address where one is configured', async () => {
    const known = await startPorchlight({ publicOrigin: 'https://presence.example' });
    expect(await contextOf(known)).toBe(`https://presence.example${below}`);
    await known.close();
  });

  test('behind a trusted proxy @odata.context carries the address that the proxy was asked for', async () => {
    const behind = await startPorchlight({ trustProxy: true });
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'presence.example' };
    expect(await contextOf(behind, forwarded)).toBe(`https://presence.example${below}`);
    await behind.close();
  });

  test('a forged address breaks no answer', async () => {
    const behind = await startPorchlight({ trustProxy: true });
    const forged = { 'x-forwarded-proto': '","x":"', 'x-forwarded-host': '","y":"' };
    expect(await contextOf(behind, forged)).toBe(`http://localhost${below}`);
    await behind.close();
  });

  test('without a trusted proxy forwarded addresses are ignored', async () => {
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' };
    expect(await contextOf(porchlight, forwarded)).toBe(`${porchlight.origin}${below}`);
  });
});
