import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { session } from '../wire/porchlight.ts';
import {
  ENTERPRISE,
  expectScimError,
  filtered,
  GROUP_SCHEMA,
  LIST_RESPONSE,
  patch,
  type ScimServer,
  startScim,
  USER_SCHEMA,
} from './client.ts';

/**
 * What the provisioning service of Entra ID sends, in its order and its words: "Tutorial: Develop and plan
 * provisioning for a SCIM endpoint" and "Known issues … with SCIM 2.0 protocol compliance".
 */

let server: ScimServer;
beforeAll(async () => {
  server = await startScim();
});
afterAll(() => server.close());

const OBJECT_ID = '7c2e2f0a-6f0e-4f8f-9a55-0c9d1de3a101';
const NAME = 'iris.lund@contoso.example';

const iris = {
  schemas: [USER_SCHEMA, ENTERPRISE],
  externalId: OBJECT_ID,
  userName: NAME,
  active: true,
  displayName: 'Iris Lund',
  emails: [{ primary: true, type: 'work', value: 'iris@contoso.example' }],
  meta: { resourceType: 'User' },
  name: { formatted: 'Iris Lund', familyName: 'Lund', givenName: 'Iris' },
  title: 'Stage manager',
  roles: [],
  [ENTERPRISE]: { department: 'Lights', employeeNumber: '4711' },
};

const shownIris = () => ({
  schemas: [USER_SCHEMA],
  id: OBJECT_ID,
  externalId: OBJECT_ID,
  userName: NAME,
  name: { formatted: 'Iris Lund', familyName: 'Lund', givenName: 'Iris' },
  displayName: 'Iris Lund',
  title: 'Stage manager',
  active: true,
  emails: [{ value: 'iris@contoso.example', type: 'work', primary: true }],
  groups: [],
  meta: {
    resourceType: 'User',
    location: `${server.origin}/scim/v2/Users/${OBJECT_ID}`,
    version: expect.stringMatching(/^W\/"[\w-]+"$/),
  },
});

const EMPTY = {
  schemas: [LIST_RESPONSE],
  totalResults: 0,
  startIndex: 1,
  itemsPerPage: 0,
  Resources: [],
};

describe('Entra ID, in this order,', () => {
  test('tests the connection: users and groups that nobody is, are empty lists', async () => {
    const nobody = await server.scim(
      'GET',
      `/Users?${filtered('userName eq "4d1bd6f1-9b1d-4e1c-8a4c-2d4f1c7f6f11"')}`,
    );
    expect(nobody.status).toBe(200);
    expect(nobody.body).toEqual(EMPTY);
    const groups = await server.scim(
      'GET',
      `/Groups?excludedAttributes=members&${filtered('displayName eq "4d1bd6f1"')}`,
    );
    expect(groups.body).toEqual(EMPTY);
    expect((await server.scim('GET', '/Schemas')).body).toMatchObject({ totalResults: 2 });
  });

  test('looks for a user, and creates one that isn’t there', async () => {
    const path = `/Users?${filtered(`userName eq "${NAME}"`)}`;
    expect((await server.scim('GET', path)).body).toEqual(EMPTY);
    const created = await server.scim('POST', '/Users', iris);
    expect(created.status, created.text).toBe(201);
    expect(created.headers.get('location')).toBe(`${server.origin}/scim/v2/Users/${OBJECT_ID}`);
    expect(created.headers.get('etag')).toBe(created.body.meta.version);
    expect(created.body).toEqual(shownIris());
    expect((await server.scim('GET', path)).body).toEqual({
      ...EMPTY,
      totalResults: 1,
      itemsPerPage: 1,
      Resources: [shownIris()],
    });
  });

  test('is told that a user is there already', async () => {
    expect(expectScimError(await server.scim('POST', '/Users', iris), 409, 'uniqueness')).toContain(
      OBJECT_ID,
    );
    const namesake = { ...iris, externalId: 'another', userName: NAME.toUpperCase() };
    expectScimError(await server.scim('POST', '/Users', namesake), 409, 'uniqueness');
  });

  test('reads a user by id, and one that isn’t there', async () => {
    expect((await server.scim('GET', `/Users/${OBJECT_ID}`)).body).toEqual(shownIris());
    expectScimError(await server.scim('GET', '/Users/5171a35d82074e068ce2'), 404);
  });

  test('changes the parts of a user, as the user’s id in tokens stays', async () => {
    const answer = await server.scim(
      'PATCH',
      `/Users/${OBJECT_ID}`,
      patch(
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'iris.lund@contoso.example' },
        { op: 'Add', path: 'name.familyName', value: 'Lund Berg' },
        { op: 'Replace', path: `${ENTERPRISE}:employeeNumber`, value: '4712' },
        { op: 'Add', path: 'nickName', value: 'I' },
        { op: 'Replace', path: 'addresses[type eq "work"].country', value: 'SE' },
        { op: 'Remove', path: 'title' },
      ),
    );
    expect(answer.status, answer.text).toBe(200);
    const { title: _, ...shown } = shownIris();
    expect(answer.body).toEqual({
      ...shown,
      name: { formatted: 'Iris Lund Berg', familyName: 'Lund Berg', givenName: 'Iris' },
      emails: [{ value: 'iris.lund@contoso.example', type: 'work', primary: true }],
    });
  });

  test('changes several attributes at once, by names with dots', async () => {
    const answer = await server.scim(
      'PATCH',
      `/Users/${OBJECT_ID}`,
      patch(
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'i@contoso.example' },
        {
          op: 'replace',
          value: {
            displayName: 'Iris L.',
            'name.givenName': 'Iri',
            [`${ENTERPRISE}:employeeNumber`]: '4713',
            externalId: OBJECT_ID,
          },
        },
      ),
    );
    expect(answer.body).toMatchObject({
      displayName: 'Iris L.',
      name: { givenName: 'Iri', familyName: 'Lund Berg' },
      emails: [{ value: 'i@contoso.example' }],
    });
  });

  test('finds a user by external id, and by mail', async () => {
    for (const filter of [
      `externalId eq "${OBJECT_ID}"`,
      'emails[type eq "work"].value eq "I@contoso.example"',
      `id eq "${OBJECT_ID}" and active eq true`,
    ]) {
      const { body } = await server.scim('GET', `/Users?${filtered(filter)}`);
      expect(
        body.Resources.map(({ id }: { id: string }) => id),
        filter,
      ).toEqual([OBJECT_ID]);
    }
  });

  test.each([
    ['as text', 'False', 'True'],
    ['as a truth value', false, true],
  ])('deactivates a user and lets them back, %s', async (_, no, yes) => {
    const set = (value: unknown) =>
      server.scim('PATCH', `/Users/${OBJECT_ID}`, patch({ op: 'Replace', path: 'active', value }));
    expect((await set(no)).body).toMatchObject({ id: OBJECT_ID, active: false });
    expect((await server.scim('GET', `/Users/${OBJECT_ID}`)).body).toMatchObject({ active: false });
    expect((await set(yes)).body).toMatchObject({ id: OBJECT_ID, active: true });
  });

  test('creates a group, and adds and removes members', async () => {
    const GROUP = 'c9a1f5ff-02b8-4a9c-8d7b-d8f0b3b5e201';
    const created = await server.scim('POST', '/Groups', {
      schemas: [
        GROUP_SCHEMA,
        'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
      ],
      externalId: GROUP,
      displayName: 'Lights',
      meta: { resourceType: 'Group' },
    });
    expect(created.status, created.text).toBe(201);
    expect(created.body).toEqual({
      schemas: [GROUP_SCHEMA],
      id: GROUP,
      externalId: GROUP,
      displayName: 'Lights',
      members: [],
      meta: { resourceType: 'Group', location: `${server.origin}/scim/v2/Groups/${GROUP}` },
    });
    const { members: _, ...withoutMembers } = created.body;
    const found = await server.scim(
      'GET',
      `/Groups?excludedAttributes=members&${filtered('displayName eq "lights"')}`,
    );
    expect(found.body).toMatchObject({ totalResults: 1, Resources: [withoutMembers] });
    expect(found.body.Resources[0]).not.toHaveProperty('members');
    expect((await server.scim('GET', `/Groups/${GROUP}?excludedAttributes=members`)).body).toEqual(
      withoutMembers,
    );

    const change = (operation: object) =>
      server.scim('PATCH', `/Groups/${GROUP}`, patch(operation));
    const members = [{ $ref: null, value: OBJECT_ID }];
    expect((await change({ op: 'Add', path: 'members', value: members })).status).toBe(204);
    expect((await server.scim('GET', `/Users/${OBJECT_ID}`)).body.groups).toMatchObject([
      { value: GROUP, display: 'Lights' },
    ]);
    expect((await server.scim('GET', `/Groups/${GROUP}`)).body.members).toMatchObject([
      { value: OBJECT_ID, type: 'User' },
    ]);
    const isIn = await server.scim(
      'GET',
      `/Groups?attributes=id&${filtered(`id eq "${GROUP}" and members eq "${OBJECT_ID}"`)}`,
    );
    expect(isIn.body.Resources).toEqual([{ schemas: [GROUP_SCHEMA], id: GROUP }]);
    expect((await change({ op: 'Remove', path: 'members', value: members })).status).toBe(204);
    expect((await server.scim('GET', `/Users/${OBJECT_ID}`)).body.groups).toEqual([]);
    await change({ op: 'Add', path: 'members', value: members });
    await change({ op: 'remove', path: `members[value eq "${OBJECT_ID}"]` });
    expect((await server.scim('GET', `/Groups/${GROUP}`)).body.members).toEqual([]);

    expect((await change({ op: 'Replace', path: 'displayName', value: 'Light crew' })).status).toBe(
      204,
    );
    expect((await server.scim('DELETE', `/Groups/${GROUP}`)).status).toBe(204);
    expectScimError(await server.scim('GET', `/Groups/${GROUP}`), 404);
  });

  test('deletes a user, who is gone then and may be created again', async () => {
    const deleted = await server.scim('DELETE', `/Users/${OBJECT_ID}`);
    expect({ status: deleted.status, text: deleted.text }).toEqual({ status: 204, text: '' });
    expectScimError(await server.scim('GET', `/Users/${OBJECT_ID}`), 404);
    expectScimError(await server.scim('DELETE', `/Users/${OBJECT_ID}`), 404);
    expect((await server.scim('GET', `/Users?${filtered(`userName eq "${NAME}"`)}`)).body).toEqual(
      EMPTY,
    );
    expect((await server.scim('POST', '/Users', iris)).body).toEqual(shownIris());
  });
});

test('a user who was provisioned by object id is the one their tokens name', async () => {
  const as = server.as({ user: OBJECT_ID, permissions: ['Presence.ReadWrite', 'User.Read'] });
  expect((await as.get('/v1.0/me')).body).toMatchObject({ userPrincipalName: NAME });
  const write = await as.post('/v1.0/me/presence/setPresence', session('Busy/InACall'));
  expect(write.status, write.text).toBe(200);
  expect(await server.shown(OBJECT_ID)).toBe('Busy/InACall');
});
