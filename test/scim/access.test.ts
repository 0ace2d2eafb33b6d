import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectError, OTHER_TENANT, startPorchlight, USER } from '../wire/porchlight.ts';
import { expectScimError, OTHER_SECRET, type ScimServer, SECRET, startScim } from './client.ts';

let server: ScimServer;
beforeAll(async () => {
  server = await startScim();
  await server.create('mira@contoso.example', { externalId: USER });
});
afterAll(() => server.close());

const get = (authorization: string | undefined, path = '/Users') =>
  server.scim('GET', path, undefined, { authorization: authorization ?? '' });

test('a secret is good for its own tenant alone', async () => {
  expect((await get(`Bearer ${SECRET}`)).body.totalResults).toBe(1);
  expect((await get(`bearer ${OTHER_SECRET}`)).body.totalResults).toBe(0);
  expectScimError(await get(`Bearer ${OTHER_SECRET}`, `/Users/${USER}`), 404);
});

test.each([
  ['nothing', ''],
  ['another secret', `Bearer ${SECRET}x`],
  ['another scheme', `Basic ${SECRET}`],
  ['the secret alone', SECRET],
  ['no secret', 'Bearer '],
])(
  'whoever shows %s is turned away: 401 with a challenge, whatever the address',
  async (_, shown) => {
    for (const path of ['/Users', '/ServiceProviderConfig', '/nowhere']) {
      const answer = await get(shown, path);
      expectScimError(answer, 401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(answer.headers.get('request-id')).toMatch(/\S/);
    }
  },
);

describe('a token of a trusted issuer', () => {
  const as = async (options: object) => get(`Bearer ${await server.token(options)}`);

  test('is good with the permission to write users, for an application, and for its tenant', async () => {
    const permissions = ['User.ReadWrite.All'];
    expect((await as({ permissions })).body.totalResults).toBe(1);
    expect((await as({ permissions, tenant: OTHER_TENANT })).body.totalResults).toBe(0);
  });

  test.each([
    ['another permission', { permissions: ['User.Read.All', 'Presence.ReadWrite.All'] }],
    ['a signed-in user', { user: USER, permissions: ['User.ReadWrite.All'] }],
  ])('is not, with %s: 403 that says what is missing', async (_, options) => {
    expect(expectScimError(await as(options), 403)).toContain('User.ReadWrite.All');
  });

  test('that is forged is 401', async () => {
    expectScimError(await as({ permissions: ['User.ReadWrite.All'], forged: true }), 401);
  });
});

test('a server where nobody provisions has no such addresses', async () => {
  const open = await startPorchlight();
  const answer = await open.as({ permissions: ['User.ReadWrite.All'] }).get('/scim/v2/Users');
  await open.close();
  expectError(answer, 404, 'NotFound');
});

test('the secret of provisioning is none for Graph’s addresses', async () => {
  const answer = await server.send('GET', `/v1.0/users/${USER}/presence`, { token: SECRET });
  expectError(answer, 401, 'InvalidAuthenticationToken');
});
