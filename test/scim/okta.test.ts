import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isGuid } from '../../src/graph/guid.ts';
import {
  expectScimError,
  filtered,
  GROUP_SCHEMA,
  LIST_RESPONSE,
  patch,
  type ScimServer,
  startScim,
  USER_SCHEMA,
} from './client.ts';

/** What Okta sends, in the order of "SCIM 2.0 Protocol Reference" and of its SPEC test. */

let server: ScimServer;
beforeAll(async () => {
  server = await startScim();
});
afterAll(() => server.close());

const NAME = 'nils.aker@contoso.example';
const OKTA_ID = '00u1k2m3n4o5p6q7r8s9';

const nils = {
  schemas: [USER_SCHEMA],
  userName: NAME,
  name: { givenName: 'Nils', familyName: 'Aker' },
  emails: [{ primary: true, value: NAME, type: 'work' }],
  displayName: 'Nils Aker',
  locale: 'en-US',
  externalId: OKTA_ID,
  groups: [],
  password: 'never-kept',
  active: true,
};

let id = '';

describe('Okta, in this order,', () => {
  test('reads the first users and groups when provisioning is switched on', async () => {
    for (const path of ['/Users?startIndex=1&count=2', '/Groups?startIndex=1&count=100']) {
      const answer = await server.scim('GET', path, undefined, { accept: 'application/scim+json' });
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        schemas: [LIST_RESPONSE],
        totalResults: 0,
        startIndex: 1,
        itemsPerPage: 0,
        Resources: [],
      });
    }
  });

  test('asks whether a user is there, and creates them', async () => {
    const path = `/Users?${filtered(`userName eq "${NAME}"`)}&startIndex=1&count=100`;
    expect((await server.scim('GET', path)).body.totalResults).toBe(0);
    const created = await server.scim('POST', '/Users', nils, {
      'content-type': 'application/json',
    });
    expect(created.status, created.text).toBe(201);
    id = created.body.id;
    expect(isGuid(id)).toBe(true);
    const { groups: _, password, locale, ...kept } = nils;
    expect(created.body).toMatchObject(kept);
    expect(created.text).not.toContain(password);
    expect(created.body).not.toHaveProperty('locale', locale);
  });

  test('pages through users, and gets numbers as numbers', async () => {
    await server.create('second@contoso.example', { name: { givenName: 'S', familyName: 'E' } });
    const first = await server.scim('GET', '/Users?count=1&startIndex=1');
    const second = await server.scim('GET', '/Users?count=1&startIndex=2');
    const third = await server.scim('GET', '/Users?count=1&startIndex=3');
    expect(first.body).toMatchObject({ totalResults: 2, startIndex: 1, itemsPerPage: 1 });
    expect(second.body).toMatchObject({ totalResults: 2, startIndex: 2, itemsPerPage: 1 });
    expect(third.body).toMatchObject({ totalResults: 2, startIndex: 3, itemsPerPage: 0 });
    expect(first.body.Resources[0].id).not.toBe(second.body.Resources[0].id);
  });

  test('reads the user, finds nobody under a made-up name or id, and may not create twice', async () => {
    expect((await server.scim('GET', `/Users/${id}`)).body).toMatchObject({ id, userName: NAME });
    const none = `/Users?${filtered(`userName eq "${randomUUID()}@contoso.example"`)}`;
    expect((await server.scim('GET', none)).body.totalResults).toBe(0);
    expect(expectScimError(await server.scim('GET', '/Users/00919288221112222'), 404)).toContain(
      '00919288221112222',
    );
    expectScimError(
      await server.scim('POST', '/Users', { ...nils, externalId: '00u-other' }),
      409,
      'uniqueness',
    );
    expectScimError(
      await server.scim('POST', '/Users', { ...nils, userName: 'x@contoso.example' }),
      409,
      'uniqueness',
    );
  });

  test('finds the user in any case of the name', async () => {
    const path = `/Users?${filtered(`userName eq "${NAME.toUpperCase()}"`)}`;
    expect((await server.scim('GET', path)).body).toMatchObject({
      totalResults: 1,
      Resources: [{ id }],
    });
  });

  test('changes the user with PUT, also without the external id it gave', async () => {
    const { externalId: _, ...body } = nils;
    const changed = {
      ...body,
      id,
      name: { givenName: 'Nils', middleName: 'Excited', familyName: 'Aker-Holm' },
      displayName: '',
      meta: { resourceType: 'User' },
    };
    const answer = await server.scim('PUT', `/Users/${id}`, changed);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body).toMatchObject({
      id,
      externalId: OKTA_ID,
      name: { givenName: 'Nils', familyName: 'Aker-Holm' },
      active: true,
    });
    expect(answer.body).not.toHaveProperty('displayName');
    expect((await server.scim('GET', `/Users/${id}`)).body).toEqual(answer.body);
  });

  test('deactivates and reactivates the user with a PATCH without a path, and with PUT', async () => {
    const active = async (value: boolean) =>
      (
        await server.scim(
          'PATCH',
          `/Users/${id}`,
          patch({ op: 'replace', value: { active: value } }),
        )
      ).body;
    expect(await active(false)).toMatchObject({ id, active: false });
    expect(await active(true)).toMatchObject({ id, active: true });
    expect(
      (await server.scim('PUT', `/Users/${id}`, { ...nils, active: false })).body,
    ).toMatchObject({ active: false });
    // Nobody comes back because something was left unsaid.
    const { active: _, ...silent } = nils;
    expect((await server.scim('PUT', `/Users/${id}`, silent)).body).toMatchObject({
      active: false,
    });
    expect((await server.scim('PUT', `/Users/${id}`, nils)).body).toMatchObject({ active: true });
  });

  test('pushes a group, its members and its new name, and takes it away', async () => {
    const group = (
      await server.scim('POST', '/Groups', {
        schemas: [GROUP_SCHEMA],
        displayName: 'Crew',
        members: [],
      })
    ).body;
    const path = `/Groups/${group.id}`;
    const other = await server.create('third@contoso.example');
    const members = async () =>
      (await server.scim('GET', path)).body.members
        .map(({ value }: { value: string }) => value)
        .sort();
    const add = { op: 'add', path: 'members', value: [{ value: id, display: NAME }] };
    expect((await server.scim('PATCH', path, patch(add))).status).toBe(204);
    expect(await members()).toEqual([id]);
    const swap = [
      { op: 'remove', path: `members[value eq "${id}"]` },
      { op: 'add', path: 'members', value: [{ value: other.id, display: 'third' }] },
    ];
    await server.scim('PATCH', path, patch(...swap));
    expect(await members()).toEqual([other.id]);
    await server.scim(
      'PATCH',
      path,
      patch({ op: 'replace', path: 'members', value: [{ value: id }, { value: other.id }] }),
    );
    expect(await members()).toEqual([id, other.id].sort());
    const rename = { op: 'replace', value: { id: group.id, displayName: 'Stage crew' } };
    expect((await server.scim('PATCH', path, patch(rename))).status).toBe(204);
    const put = await server.scim('PUT', path, {
      schemas: [GROUP_SCHEMA],
      displayName: 'The crew',
      members: [{ value: id }],
    });
    expect(put.body).toMatchObject({
      id: group.id,
      displayName: 'The crew',
      members: [{ value: id }],
    });
    expect((await server.scim('GET', '/Groups?startIndex=1&count=100')).body).toMatchObject({
      totalResults: 1,
      Resources: [{ displayName: 'The crew', members: [{ value: id }] }],
    });
    expect((await server.scim('DELETE', path)).status).toBe(204);
    expect((await server.scim('GET', `/Users/${id}`)).body.groups).toEqual([]);
  });

  test('is turned away without the token', async () => {
    const headers = { authorization: 'non-token' };
    const answer = await server.scim('GET', '/Users', undefined, headers);
    expectScimError(answer, 401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });
});

test('a token that calls the user by Okta’s id means the user with that external id', async () => {
  const token = await server.token({
    user: OKTA_ID,
    permissions: ['User.Read', 'Presence.ReadWrite'],
  });
  const me = await server.send('GET', '/v1.0/me', { token });
  expect(me.body).toMatchObject({ id, userPrincipalName: NAME });
  const stranger = await server.token({ user: '00uNobody', permissions: ['User.Read'] });
  expect((await server.send('GET', '/v1.0/me', { token: stranger })).status).toBe(401);
});
