import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDirectory } from '../../../src/directory/fixed.ts';
import { openDirectory } from '../../../src/directory/open.ts';
import { openMemoryStore } from '../../../src/store/memory.ts';
import {
  expectError,
  type Porchlight,
  STRANGER,
  startPorchlight,
  TENANT,
  USER,
  USER_NAME,
} from '../porchlight.ts';
import { directory, GONE, MIRA, PEOPLE, READER } from './people.ts';

let porchlight: Porchlight;
beforeAll(async () => {
  porchlight = await startPorchlight({ directory });
});
afterAll(() => porchlight.close());

const WHOLE = {
  businessPhones: [],
  displayName: 'Mira Sandoval',
  givenName: 'Mira',
  jobTitle: 'Lighting designer',
  mail: 'mira.sandoval@contoso.example',
  mobilePhone: null,
  officeLocation: null,
  preferredLanguage: null,
  surname: 'Sandoval',
  userPrincipalName: USER_NAME,
  id: USER,
};

test('GET /me gives the caller, with Graph’s properties in Graph’s order', async () => {
  const answer = await porchlight.as({ user: USER, permissions: ['User.Read'] }).get('/v1.0/me');
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body).toEqual({
    '@odata.context': `${porchlight.origin}/v1.0/$metadata#users/$entity`,
    ...WHOLE,
  });
  expect(Object.keys(answer.body as object).slice(1)).toEqual(Object.keys(WHOLE));
});

test('GET /users/{id} gives a user by id and by user principal name, in any case', async () => {
  const reader = porchlight.as(READER);
  for (const name of [USER, USER.toUpperCase(), USER_NAME, USER_NAME.toUpperCase()]) {
    expect((await reader.get(`/v1.0/users/${name}`)).body).toMatchObject(WHOLE);
  }
  expect((await reader.get(`/beta/users('${USER_NAME}')`)).body).toMatchObject(WHOLE);
});

test('$select gives the properties asked for, and says so in the context', async () => {
  const reader = porchlight.as(READER);
  const { body } = await reader.get(
    `/v1.0/users/${USER}?$select=id,displayName,accountEnabled,department,imAddresses,ID`,
  );
  expect(body).toEqual({
    '@odata.context': `${porchlight.origin}/v1.0/$metadata#users(id,displayName,accountEnabled,department,imAddresses)/$entity`,
    id: USER,
    displayName: MIRA.displayName,
    accountEnabled: true,
    department: null,
    imAddresses: [],
  });
  expect((await reader.get(`/v1.0/users/${GONE}?$select=accountEnabled`)).body).toMatchObject({
    accountEnabled: false,
  });
  expect((await reader.get(`/v1.0/users/${USER}?$select=`)).body).toMatchObject(WHOLE);
});

test.each([
  ['$select=color', "Could not find a property named 'color' on type 'microsoft.graph.user'."],
  ['$select=id,__proto__', "Could not find a property named '__proto__'"],
  ['$expand=manager', "Query option '$expand' is not supported here."],
  ['$filter=id eq null', "Query option '$filter' is not supported here."],
])('a query of %s is 400 and says why', async (query, reason) => {
  const answer = await porchlight.as(READER).get(`/v1.0/users/${USER}?${query}`);
  expect(expectError(answer, 400, 'BadRequest')).toContain(reason);
});

test('a user nobody knows is 404 in the real service’s words, by id and by name', async () => {
  const reader = porchlight.as(READER);
  for (const name of ['77777777-0000-4000-8000-000000000007', 'nobody@contoso.example']) {
    expect(
      expectError(await reader.get(`/v1.0/users/${name}`), 404, 'Request_ResourceNotFound'),
    ).toBe(
      `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`,
    );
  }
});

test('another tenant’s user is one nobody knows', async () => {
  const answer = await porchlight.as(READER).get(`/v1.0/users/${STRANGER}`);
  expectError(answer, 404, 'Request_ResourceNotFound');
});

describe('permissions', () => {
  const READ_OTHERS = [
    'User.ReadBasic.All',
    'User.Read.All',
    'User.ReadWrite.All',
    'Directory.Read.All',
    'Directory.ReadWrite.All',
  ];
  const NOT_ENOUGH = ['Presence.Read.All', 'User.Export.All', ''];

  test.each([
    ['/me', USER, ['User.Read', 'User.ReadWrite', ...READ_OTHERS], NOT_ENOUGH],
    [`/users/${USER}`, USER, ['User.Read', 'User.ReadWrite', ...READ_OTHERS], NOT_ENOUGH],
    [`/users/${USER_NAME}`, GONE, READ_OTHERS, ['User.Read', 'User.ReadWrite', ...NOT_ENOUGH]],
    [`/users/${USER}`, undefined, READ_OTHERS, ['User.Read', ...NOT_ENOUGH]],
    ['/users', USER, READ_OTHERS, ['User.Read', 'User.ReadWrite', ...NOT_ENOUGH]],
    ['/users', undefined, READ_OTHERS, ['User.Read', ...NOT_ENOUGH]],
  ])('of %s for %s', async (path, user, enough, notEnough) => {
    for (const permission of [...enough, ...notEnough]) {
      const by = { permissions: [permission], ...(user !== undefined && { user }) };
      const answer = await porchlight.as(by).get(`/v1.0${path}`);
      if (enough.includes(permission)) expect(answer.status, permission).toBe(200);
      else expect(expectError(answer, 403, 'Forbidden')).toContain(enough.at(-1));
    }
  });

  test('User.ReadBasic.All shows who others are, and nothing of their work', async () => {
    const basic = { permissions: ['User.ReadBasic.All'] };
    const path = `/v1.0/users/${USER}?$select=id,displayName,jobTitle,accountEnabled`;
    expect((await porchlight.as(basic).get(path)).body).toMatchObject({
      displayName: MIRA.displayName,
      jobTitle: null,
      accountEnabled: null,
    });
    expect((await porchlight.as({ ...basic, user: USER }).get(path)).body).toMatchObject({
      jobTitle: MIRA.jobTitle,
    });
  });

  test('/me is not for an application', async () => {
    expectError(await porchlight.as(READER).get('/v1.0/me'), 400, 'BadRequest');
  });
});

describe('whoever asks about themselves and is in no list', () => {
  const me = { user: STRANGER, permissions: ['User.Read'] };

  test('is a user without a name where anybody may exist', async () => {
    const { status, body } = await porchlight.as(me).get('/v1.0/me');
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: STRANGER, displayName: null, userPrincipalName: null });
  });

  test('is nobody where the list says who exists', async () => {
    const listed = await startPorchlight({ directory: createDirectory('listed', PEOPLE) });
    const answer = await listed.as(me).get('/v1.0/me');
    await listed.close();
    expectError(answer, 404, 'Request_ResourceNotFound');
  });

  test('has the names of their token, which others see too, also after a restart', async () => {
    const store = openMemoryStore();
    const { documents } = store;
    const start = async () => {
      const opened = await openDirectory({
        mode: 'open',
        tenants: [TENANT],
        documents,
        steadyClock: porchlight.clock,
        log: { info() {}, warn() {}, error() {} } as never,
      });
      return startPorchlight({
        directory: opened,
        clock: porchlight.clock,
        parts: { store: { ...store, close: async () => {} } },
      });
    };
    const first = await start();
    const claims = { preferred_username: 'nova@contoso.example', name: 'Nova Lind' };
    const named = {
      id: STRANGER,
      userPrincipalName: 'nova@contoso.example',
      displayName: 'Nova Lind',
    };
    expect((await first.as({ ...me, claims }).get('/v1.0/me')).body).toMatchObject(named);
    expect((await first.as(READER).get('/v1.0/users/nova@contoso.example')).body).toMatchObject(
      named,
    );
    // Known, and so Offline rather than nobody.
    expect(await first.shown(STRANGER)).toBe('Offline/Offline');
    await first.close();
    const second = await start();
    expect((await second.as(READER).get(`/v1.0/users/${STRANGER}`)).body).toMatchObject(named);
    await second.close();
  });
});
