import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import {
  expectScimError,
  filtered,
  patch,
  type ScimAnswer,
  type ScimServer,
  SECRET,
  startScim,
} from './client.ts';

let server: ScimServer;
let id: string;
beforeAll(async () => {
  server = await startScim();
  id = (await server.create('mira@contoso.example')).id;
});
afterAll(() => server.close());

describe('a filter', () => {
  test.each([
    ['of parentheses', `${'('.repeat(4000)}userName pr${')'.repeat(4000)}`],
    ['of nots', `${'not '.repeat(1500)}userName pr`],
    ['of brackets', 'emails['.repeat(1000)],
    ['of comparisons', Array(100).fill('userName pr').join(' or ')],
    ['of a long name', 'a'.repeat(8000)],
    ['of quotes', '"'.repeat(5001)],
    ['of backslashes', `userName eq "${'\\'.repeat(8001)}`],
    ['that is too long', `userName eq "${'x'.repeat(9000)}"`],
  ])('%s is refused at once', async (_, filter) => {
    const startMs = performance.now();
    expectScimError(await server.scim('POST', '/Users/.search', { filter }), 400, 'invalidFilter');
    const path = `emails[${filter}].value`;
    const answer = await server.scim(
      'PATCH',
      `/Users/${id}`,
      patch({ op: 'add', path, value: 'x' }),
    );
    expect(answer.status).toBe(400);
    expect(performance.now() - startMs).toBeLessThan(1000);
  });
});

describe('a body', () => {
  test.each([
    ['no JSON', '{', 400, 'invalidSyntax'],
    ['a megabyte of [', '['.repeat(1024 * 1024), 400, 'invalidSyntax'],
    ['a list', '[]', 400, 'invalidSyntax'],
    ['null', 'null', 400, 'invalidSyntax'],
    ['empty', '', 400, 'invalidSyntax'],
    ['more than a megabyte', `{"userName":"${'x'.repeat(1024 * 1024)}"}`, 413, undefined],
    [
      'deep in places that nobody looks at',
      `{"userName":"deep","x":${'['.repeat(9999)}${']'.repeat(9999)}}`,
      201,
      undefined,
    ],
    [
      'deep in an email',
      `{"userName":"deeper","emails":[${'['.repeat(9999)}${']'.repeat(9999)}]}`,
      400,
      'invalidSyntax',
    ],
    [
      'a prototype',
      '{"userName":"proto","__proto__":{"active":false},"constructor":7}',
      201,
      undefined,
    ],
  ])('that is %s is answered properly', async (_, body, status, scimType) => {
    const answer = await server.scim('POST', '/Users', body);
    if (status === 201) expect(answer.status, answer.text).toBe(201);
    else expectScimError(answer, status, scimType);
  });

  test('that isn’t announced as JSON is 415', async () => {
    const headers = { 'content-type': 'text/plain' };
    expectScimError(await server.scim('POST', '/Users', '{}', headers), 415);
  });

  test('with more operations than anybody has is refused', async () => {
    const operations = Array(1001).fill({ op: 'remove', path: 'title' });
    const answer = await server.scim('PATCH', `/Users/${id}`, patch(...operations));
    expectScimError(answer, 400, 'invalidValue');
    expectScimError(await server.scim('PATCH', `/Users/${id}`, {}), 400, 'invalidValue');
    expectScimError(
      await server.scim('PATCH', `/Users/${id}`, patch(7 as never)),
      400,
      'invalidSyntax',
    );
  });

  test('that puts nobody into a group is refused, and makes no group', async () => {
    const body = { displayName: 'Ghosts', members: [{ value: 'nobody' }] };
    expect(
      expectScimError(await server.scim('POST', '/Groups', body), 400, 'invalidValue'),
    ).toContain('nobody');
    const { body: found } = await server.scim(
      'GET',
      `/Groups?${filtered('displayName eq "Ghosts"')}`,
    );
    expect(found.totalResults).toBe(0);
  });
});

describe('an address', () => {
  test.each([
    ['GET', '/Users/a/b', 404],
    ['GET', '/Me', 404],
    ['GET', '', 404],
    ['POST', '/Bulk', 404],
    ['GET', '/Users/%zz', 400],
    ['GET', `/Users/${'x'.repeat(5000)}`, 404],
    ['DELETE', '/Users/__proto__', 404],
  ])('%s %s is answered in SCIM’s envelope', async (method, path, status) => {
    const body = method === 'POST' ? {} : undefined;
    const answer = await server.scim(method, path, body);
    expectScimError(answer, status, status === 400 ? 'invalidSyntax' : undefined);
  });

  test('says which methods it has: 405 with Allow', async () => {
    const answer = await server.scim('DELETE', '/Users');
    expectScimError(answer, 405);
    expect(answer.headers.get('allow')).toBe('GET, POST');
    expect((await server.scim('POST', `/Users/${id}`, {})).headers.get('allow')).toBe(
      'GET, PUT, PATCH, DELETE',
    );
  });

  test.each([
    '/scim/v2/Users/',
    '/scim/v2//Users',
    '/scim/v2/users',
    '/SCIM/V2/Users',
    '/scim/Users',
    '/scim/v2/Users?aadOptscim062020',
  ])('may be %s', async (path) => {
    const headers = { authorization: `Bearer ${SECRET}` };
    const response = await fetch(server.origin + path, { headers });
    expect(response.status).toBe(200);
    const body = (await response.json()) as ScimAnswer['body'];
    expect(body.Resources[0].meta.location).toContain(`${server.origin}/scim/v2/Users/`);
  });
});

describe('what the server can’t help', () => {
  test('is 503 with Retry-After while the store keeps nothing, and 500 without a word otherwise', async () => {
    const store = openMemoryStore();
    let thrown: Error | undefined;
    const { documents } = store;
    const failing = await startScim({
      store: {
        ...store,
        documents: {
          all: (collection) => documents.all(collection),
          since: (collection, revision) => documents.since(collection, revision),
          onWritten: (listener) => documents.onWritten(listener),
          async write(edits, under) {
            if (thrown !== undefined) throw thrown;
            return documents.write(edits, under);
          },
        },
      },
    });
    thrown = new StoreUnavailable('the disk is full', 3000);
    const user = { userName: 'late@contoso.example' };
    const away = await failing.scim('POST', '/Users', user);
    expectScimError(away, 503);
    expect(away.headers.get('retry-after')).toBe('3');
    thrown = new Error('a secret thing');
    const broken = await failing.scim('POST', '/Users', user);
    expect(expectScimError(broken, 500)).not.toContain('secret');
    expect(failing.logged.join()).toContain('a secret thing');
    expect(failing.logged.join()).toContain(broken.headers.get('request-id'));
    thrown = undefined;
    expect((await failing.scim('POST', '/Users', user)).status).toBe(201);
    await failing.close();
  });
});
