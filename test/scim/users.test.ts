import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemory } from '../../src/store/memory.ts';
import {
  expectScimError,
  filtered,
  LIST_RESPONSE,
  patch,
  type ScimServer,
  startScim,
  USER_SCHEMA,
} from './client.ts';

let server: ScimServer;
let ids: Record<string, string>;
beforeAll(async () => {
  server = await startScim();
  ids = {};
  for (const [name, more] of Object.entries({
    anna: {
      displayName: 'Anna "Ann" Bauer',
      title: 'Cook',
      externalId: 'Ext-A',
      emails: [{ value: 'anna@mail.example', type: 'work' }],
    },
    bert: { displayName: 'Bert', active: false, name: { givenName: 'Bert', familyName: 'Cole' } },
    cleo: { displayName: 'cleo', emails: [{ value: 'CLEO@mail.example', primary: true }] },
  })) {
    ids[name] = (await server.create(`${name}@contoso.example`, more)).id;
  }
});
afterAll(() => server.close());

const named = (resources: { userName: string }[]) =>
  resources.map(({ userName }) => userName.split('@')[0]).sort();

describe('a filter', () => {
  test.each([
    ['userName eq "ANNA@contoso.example"', ['anna']],
    ['USERNAME Eq "anna@contoso.example"', ['anna']],
    [`${USER_SCHEMA}:userName eq "anna@contoso.example"`, ['anna']],
    ['userName ne "anna@contoso.example"', ['bert', 'cleo']],
    ['externalId eq "Ext-A"', ['anna']],
    ['externalId eq "ext-a"', []],
    ['externalId pr', ['anna']],
    ['not (externalId pr)', ['bert', 'cleo']],
    ['externalId eq null', ['bert', 'cleo']],
    ['displayName sw "b"', ['bert']],
    ['displayName co "\\"ann\\""', ['anna']],
    ['displayName ew "EO"', ['cleo']],
    ['title eq "cook" or name.familyName eq "cole"', ['anna', 'bert']],
    ['active eq false', ['bert']],
    ['active eq true and (displayName sw "a" or displayName sw "c")', ['anna', 'cleo']],
    ['userName sw "a" or userName sw "b" and active eq true', ['anna']],
    ['emails eq "cleo@mail.example"', ['cleo']],
    ['emails.value co "mail.example"', ['anna', 'cleo']],
    ['emails[type eq "work" and value sw "anna"]', ['anna']],
    ['emails[type eq "work"].value eq "anna@mail.example"', ['anna']],
    ['emails[type eq "home"].value eq "anna@mail.example"', []],
    ['emails pr', ['anna', 'cleo']],
    ['groups pr', []],
    ['userName eq "anna@contoso.example" and userName eq "bert@contoso.example"', []],
    ['userName eq "anna@contoso.example" and active eq false', []],
  ])('finds users by %s', async (filter, expected) => {
    const { body, status, text } = await server.scim('GET', `/Users?${filtered(filter)}`);
    expect(status, text).toBe(200);
    expect(body.totalResults).toBe(expected.length);
    expect(named(body.Resources)).toEqual(expected);
  });

  test.each([
    ['userName', 'eq, ne, co, sw, ew, pr is missing at the end'],
    ['userName is "x"', "eq, ne, co, sw, ew, pr is missing before 'is'"],
    ['userName eq x', 'a text in double quotes'],
    ['userName eq "x', 'is not understood'],
    ['userName eq "\\x"', 'is no text as JSON writes it'],
    ['userName eq "x" userName', "'and' or 'or' is missing before 'userName'"],
    ['(userName eq "x"', "')' is missing at the end"],
    ['userName gt "x"', "is missing before 'gt'"],
    ['displayName sw true', 'sw needs a text'],
    ['department eq "x"', "'department' can't be asked about"],
    ['constructor eq "x"', "'constructor' can't be asked about"],
    ['title[value eq "x"]', "'title' has no parts"],
    ['emails[type eq "work"', "']' is missing"],
    ['and', "'and' can't be asked about"],
    ['userName eq "x" and', 'a comparison is missing at the end'],
  ])('that can’t be understood is refused: %s', async (filter, reason) => {
    const answer = await server.scim('GET', `/Users?${filtered(filter)}`);
    expect(expectScimError(answer, 400, 'invalidFilter')).toContain(reason);
  });
});

describe('a list', () => {
  test('comes in pages, in an order that stays, and says how many there are', async () => {
    const all = (await server.scim('GET', '/Users')).body.Resources;
    expect(all).toHaveLength(3);
    const second = await server.scim('GET', '/Users?startIndex=2&count=1&sortBy=userName');
    expect(second.body).toEqual({
      schemas: [LIST_RESPONSE],
      totalResults: 3,
      startIndex: 2,
      itemsPerPage: 1,
      Resources: [all[1]],
    });
    const filteredPage = await server.scim(
      'GET',
      `/Users?startIndex=2&count=5&${filtered('userName pr')}`,
    );
    expect(filteredPage.body).toMatchObject({
      totalResults: 3,
      itemsPerPage: 2,
      Resources: all.slice(1),
    });
    expect((await server.scim('GET', '/Users?count=0')).body).toMatchObject({
      totalResults: 3,
      Resources: [],
    });
    expect((await server.scim('GET', '/Users?count=-3&startIndex=-1')).body).toMatchObject({
      startIndex: 1,
      itemsPerPage: 0,
    });
    expect((await server.scim('GET', '/Users?count=5000')).body.itemsPerPage).toBe(3);
    expectScimError(await server.scim('GET', '/Users?count=many'), 400, 'invalidValue');
  });

  test('can be asked for in a body', async () => {
    const body = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: 'active eq true',
      attributes: ['userName'],
      startIndex: 1,
      count: 1,
    };
    const answer = await server.scim('POST', '/Users/.search', body);
    expect(answer.body).toMatchObject({ totalResults: 2, itemsPerPage: 1 });
    expect(Object.keys(answer.body.Resources[0]).sort()).toEqual(['id', 'schemas', 'userName']);
    const groups = await server.scim('POST', '/Groups/.search', { filter: 'displayName pr' });
    expect(groups.body).toMatchObject({ totalResults: 0 });
    expectScimError(
      await server.scim('POST', '/Users/.search', { filter: 7 }),
      400,
      'invalidValue',
    );
  });
});

test.each([
  ['attributes=userName', ['id', 'schemas', 'userName']],
  ['attributes=username,emails.value', ['emails', 'id', 'schemas', 'userName']],
  [`attributes=${USER_SCHEMA}:title`, ['id', 'schemas', 'title']],
  [
    'excludedAttributes=groups,emails,meta,displayName,externalId,title',
    ['active', 'id', 'schemas', 'userName'],
  ],
  [
    'excludedAttributes=id,schemas,meta,groups,emails,title,externalId,active',
    ['displayName', 'id', 'schemas', 'userName'],
  ],
])('an answer has what is asked for by %s', async (query, expected) => {
  const { body } = await server.scim('GET', `/Users/${ids.anna}?${query}`);
  expect(Object.keys(body).sort()).toEqual(expected);
  if (query.includes('emails.value')) expect(body.emails).toEqual([{ value: 'anna@mail.example' }]);
});

describe('a PATCH', () => {
  const change = async (...operations: object[]) => {
    const { id } = await server.create(`p${Math.random()}@contoso.example`, {
      emails: [{ value: 'old@mail.example', type: 'work' }],
      title: 'Cook',
    });
    return server.scim('PATCH', `/Users/${id}`, patch(...operations));
  };

  test.each([
    [
      { op: 'replace', path: 'emails', value: [{ value: 'new@mail.example', primary: true }] },
      'new@mail.example',
    ],
    [
      { op: 'add', path: 'emails', value: [{ value: 'home@mail.example', type: 'home' }] },
      'old@mail.example',
    ],
    [
      { op: 'add', path: 'emails', value: [{ value: 'new@mail.example', type: 'work' }] },
      'new@mail.example',
    ],
    [
      { op: 'replace', path: 'emails[primary eq true].value', value: 'new@mail.example' },
      'new@mail.example',
    ],
    [
      { op: 'replace', path: 'emails[type eq "home"].value', value: 'h@mail.example' },
      'old@mail.example',
    ],
    [{ op: 'replace', path: 'emails[type eq "work"].display', value: 'x' }, 'old@mail.example'],
    [
      { op: 'replace', path: 'emails[type eq "work"]', value: { value: 'new@mail.example' } },
      'new@mail.example',
    ],
    [
      { op: 'add', value: { emails: [{ value: 'new@mail.example', primary: true }] } },
      'new@mail.example',
    ],
    [
      { op: 'add', value: { 'emails[type eq "work"].value': 'new@mail.example' } },
      'new@mail.example',
    ],
    [{ op: 'remove', path: 'emails[type eq "work"]' }, undefined],
    [{ op: 'remove', path: 'emails' }, undefined],
  ])('changes the address by %j', async (operation, expected) => {
    const { body, status, text } = await change(operation);
    expect(status, text).toBe(200);
    expect(body.emails?.[0]?.value).toBe(expected);
  });

  test('adds an address where there was none, however it is named', async () => {
    const { id } = await server.create('no-mail@contoso.example');
    const operation = { op: 'Add', path: 'emails[type eq "work"].value', value: 'n@mail.example' };
    const { body } = await server.scim('PATCH', `/Users/${id}`, patch(operation));
    expect(body.emails).toEqual([{ value: 'n@mail.example', type: 'work', primary: true }]);
  });

  test.each([
    [{ op: 'move', path: 'title', value: 'x' }, 'invalidSyntax', 'op must be'],
    [{ op: 'replace', path: 'ti tle', value: 'x' }, 'invalidPath', 'is no path'],
    [{ op: 'replace', path: 7, value: 'x' }, 'invalidValue', 'path must be text'],
    [{ op: 'replace', path: 'emails[type eq].value', value: 'x' }, 'invalidFilter', 'missing'],
    [
      { op: 'replace', path: 'emails[value eq "other@mail.example"].value', value: 'x' },
      'noTarget',
      'No email',
    ],
    [{ op: 'remove' }, 'noTarget', 'needs a path'],
    [{ op: 'replace', path: 'id', value: 'x' }, 'mutability', 'id'],
    [{ op: 'replace', path: 'meta.location', value: 'x' }, 'mutability', 'meta'],
    [{ op: 'add', path: 'groups', value: [] }, 'mutability', 'groups'],
    [{ op: 'remove', path: 'userName' }, 'invalidValue', 'userName'],
    [{ op: 'remove', path: 'active' }, 'invalidValue', 'active'],
    [{ op: 'replace', path: 'active', value: 'maybe' }, 'invalidValue', 'active'],
    [{ op: 'replace', path: 'title', value: { a: 1 } }, 'invalidValue', 'title'],
    [{ op: 'replace', value: 'x' }, 'invalidSyntax', 'value'],
  ])('of %j is refused', async (operation, scimType, reason) => {
    expect(expectScimError(await change(operation), 400, scimType)).toContain(reason);
  });

  test('is done whole or not at all', async () => {
    const before = (await server.scim('GET', `/Users/${ids.cleo}`)).body;
    const answer = await server.scim(
      'PATCH',
      `/Users/${ids.cleo}`,
      patch({ op: 'replace', path: 'title', value: 'Pilot' }, { op: 'remove', path: 'userName' }),
    );
    expectScimError(answer, 400, 'invalidValue');
    expect((await server.scim('GET', `/Users/${ids.cleo}`)).body).toEqual(before);
  });

  test('to a name or an external id that another has is 409', async () => {
    for (const [path, value] of [
      ['userName', 'Anna@contoso.example'],
      ['externalId', 'Ext-A'],
    ]) {
      const answer = await server.scim(
        'PATCH',
        `/Users/${ids.cleo}`,
        patch({ op: 'replace', path, value }),
      );
      expectScimError(answer, 409, 'uniqueness');
    }
  });
});

test.each([
  [{}, 'userName'],
  [{ userName: '' }, 'userName'],
  [{ userName: 7 }, 'userName'],
  [{ userName: 'x'.repeat(257) }, '256 characters'],
  [{ userName: 'a\u0000b' }, 'userName'],
  [{ userName: '\ud800' }, 'userName'],
  [{ userName: 'x', active: 'yes' }, 'active'],
  [{ userName: 'x', emails: [{ value: 7 }] }, 'emails.value'],
  [{ userName: 'x', externalId: {} }, 'externalId'],
])('a user of %j is refused, and the field named', async (body, reason) => {
  expect(expectScimError(await server.scim('POST', '/Users', body), 400, 'invalidValue')).toContain(
    reason,
  );
});

describe('a version', () => {
  test('says what a change builds on: 412 when it is another by now', async () => {
    const { id, meta } = await server.create('etag@contoso.example');
    const rename = (value: string, headers: Record<string, string>) =>
      server.scim(
        'PATCH',
        `/Users/${id}`,
        patch({ op: 'replace', path: 'displayName', value }),
        headers,
      );
    const changed = await rename('One', { 'if-match': meta.version });
    expect(changed.status, changed.text).toBe(200);
    expectScimError(await rename('Two', { 'if-match': meta.version }), 412);
    expectScimError(
      await server.scim('DELETE', `/Users/${id}`, undefined, { 'if-match': meta.version }),
      412,
    );
    expect((await rename('Three', { 'if-match': '*' })).status).toBe(200);
    const current = (await server.scim('GET', `/Users/${id}`)).headers.get('etag') ?? '';
    const known = await server.scim('GET', `/Users/${id}`, undefined, { 'if-none-match': current });
    expect({ status: known.status, text: known.text }).toEqual({ status: 304, text: '' });
    expect((await rename('Four', { 'if-match': `"x", ${current}` })).status).toBe(200);
  });
});

describe('what the server says of itself', () => {
  test('is what it can do, the resources, and their attributes', async () => {
    const config = await server.scim('GET', '/ServiceProviderConfig');
    expect(config.body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: false },
      filter: { supported: true, maxResults: 1000 },
      etag: { supported: true },
    });
    const types = (await server.scim('GET', '/ResourceTypes')).body;
    expect(types.Resources.map(({ endpoint }: { endpoint: string }) => endpoint)).toEqual([
      '/Users',
      '/Groups',
    ]);
    expect((await server.scim('GET', '/ResourceTypes/User')).body).toEqual(types.Resources[0]);
    const schema = (await server.scim('GET', `/Schemas/${USER_SCHEMA}`)).body;
    const names = schema.attributes.map(({ name }: { name: string }) => name);
    const shown = (await server.scim('GET', `/Users/${ids.anna}`)).body;
    for (const name of Object.keys(shown)) {
      if (!['id', 'schemas', 'meta', 'externalId'].includes(name)) expect(names).toContain(name);
    }
    expectScimError(await server.scim('GET', '/Schemas/urn:x'), 404);
  });
});

describe('two servers on one store', () => {
  test('have the same users, and lose no change of either', async () => {
    const memory = createMemory();
    const here = await startScim({ store: memory.open() });
    const there = await startScim({ store: memory.open() });
    const { id } = await here.create('shared@contoso.example');
    expect((await there.scim('GET', `/Users/${id}`)).body).toMatchObject({ id });
    const same = { schemas: [USER_SCHEMA], userName: 'shared@contoso.example' };
    expectScimError(await there.scim('POST', '/Users', same), 409, 'uniqueness');
    const fields = {
      displayName: 'D',
      title: 'T',
      'name.givenName': 'G',
      'name.familyName': 'F',
      externalId: 'E',
    };
    const answers = await Promise.all(
      Object.entries(fields).map(([path, value], at) =>
        [here, there][at % 2]?.scim('PATCH', `/Users/${id}`, patch({ op: 'replace', path, value })),
      ),
    );
    expect(answers.map((answer) => answer?.status)).toEqual([200, 200, 200, 200, 200]);
    expect((await here.scim('GET', `/Users/${id}`)).body).toMatchObject({
      displayName: 'D',
      title: 'T',
      name: { givenName: 'G', familyName: 'F' },
      externalId: 'E',
    });
    expect((await there.scim('DELETE', `/Users/${id}`)).status).toBe(204);
    expectScimError(await here.scim('GET', `/Users/${id}`), 404);
    await here.close();
    await there.close();
  });
});
