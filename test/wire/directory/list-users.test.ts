import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDirectory } from '../../../src/directory/fixed.ts';
import { idOf } from '../../directory/people.ts';
import { expectError, type Porchlight, startPorchlight, TENANT, USER } from '../porchlight.ts';
import { directory, READER, valuesOf } from './people.ts';

let porchlight: Porchlight;
beforeAll(async () => {
  porchlight = await startPorchlight({ directory });
});
afterAll(() => porchlight.close());

const EVENTUAL = { ConsistencyLevel: 'eventual' };

const list = (query = '', by = READER, headers: Record<string, string> = {}) =>
  porchlight.as(by).get(`/v1.0/users${query && `?${query}`}`, headers);

interface Page {
  readonly value: readonly { readonly id: string }[];
  readonly '@odata.nextLink'?: string;
  readonly '@odata.count'?: number;
}

test('GET /users lists the users of the tenant, and of no other', async () => {
  const answer = await list();
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body).toMatchObject({
    '@odata.context': `${porchlight.origin}/v1.0/$metadata#users`,
  });
  expect(valuesOf(answer)).toEqual(['Émile Sørensen', 'Adam Quist', 'Mira Sandoval']);
  expect(valuesOf(answer, 'jobTitle')).toEqual(['Cook', null, 'Lighting designer']);
});

test('$select holds for a list', async () => {
  const { body } = await list('$select=displayName&$top=1');
  expect(body).toMatchObject({
    '@odata.context': `${porchlight.origin}/v1.0/$metadata#users(displayName)`,
    value: [{ displayName: 'Émile Sørensen' }],
  });
});

describe('$filter', () => {
  test.each([
    ["startswith(displayName,'a')", ['Adam Quist']],
    ["startswith(mail,'MIRA.')", ['Mira Sandoval']],
    ["userPrincipalName eq 'Adam@contoso.example'", ['Adam Quist']],
    [`id eq '${USER.toUpperCase()}'`, ['Mira Sandoval']],
    [`id in ('${USER}','x')`, ['Mira Sandoval']],
    ["givenName eq 'mira' and surname eq 'sandoval'", ['Mira Sandoval']],
    ["jobTitle eq 'cook' or displayName eq 'adam quist'", ['Émile Sørensen', 'Adam Quist']],
    ['accountEnabled eq false', ['Émile Sørensen']],
    ['not(accountEnabled eq false)', ['Adam Quist', 'Mira Sandoval']],
    ["displayName eq 'nobody'", []],
  ])('users are filtered by %s', async (filter, expected) => {
    expect(valuesOf(await list(`$filter=${encodeURIComponent(filter)}`))).toEqual(expected);
  });

  test('that can’t be understood is 400 and says why', async () => {
    const answer = await list("$filter=department eq 'x'");
    expect(expectError(answer, 400, 'BadRequest')).toContain("'department' can't be asked about");
  });

  test('finds nothing out that isn’t shown', async () => {
    const basic = { permissions: ['User.ReadBasic.All'] };
    expect(valuesOf(await list("$filter=jobTitle eq 'Cook'", basic))).toEqual([]);
    expect(valuesOf(await list('$filter=accountEnabled eq false', basic))).toEqual([]);
    expect(valuesOf(await list('$orderby=jobTitle', basic), 'jobTitle')).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('$search', () => {
  test('finds names by the beginnings of their words', async () => {
    const search = (text: string) =>
      list(`$search=${encodeURIComponent(`"displayName:${text}"`)}`, READER, EVENTUAL);
    expect(valuesOf(await search('san'))).toEqual(['Mira Sandoval']);
    expect(valuesOf(await search('quist adam'))).toEqual(['Adam Quist']);
    expect(valuesOf(await search('doval'))).toEqual([]);
  });

  test('goes together with $filter', async () => {
    const answer = await list(
      '$search="displayName:m" OR "userPrincipalName:adam"&$filter=accountEnabled eq true',
      READER,
      EVENTUAL,
    );
    expect(valuesOf(answer)).toEqual(['Adam Quist', 'Mira Sandoval']);
  });

  test('without ConsistencyLevel is 400 in the real service’s words', async () => {
    const answer = await list('$search="displayName:mira"');
    expect(expectError(answer, 400, 'Request_UnsupportedQuery')).toContain(
      'ConsistencyLevel: eventual',
    );
  });

  test('works inside a batch, with the headers of its part', async () => {
    const part = { id: '1', method: 'GET', url: '/users?$search="displayName:mira"&$select=id' };
    const requests = [
      { ...part, headers: EVENTUAL },
      { ...part, id: '2' },
    ];
    const { body } = await porchlight.as(READER).post('/v1.0/$batch', { requests });
    expect(body).toMatchObject({
      responses: [
        { id: '1', status: 200, body: { value: [{ id: USER }] } },
        { id: '2', status: 400 },
      ],
    });
  });
});

describe('$orderby', () => {
  test.each([
    ['displayName', ['Adam Quist', 'Émile Sørensen', 'Mira Sandoval']],
    ['displayName desc', ['Mira Sandoval', 'Émile Sørensen', 'Adam Quist']],
    ['surname asc', ['Émile Sørensen', 'Adam Quist', 'Mira Sandoval']],
  ])('users are in order by %s', async (order, expected) => {
    expect(valuesOf(await list(`$orderby=${order}`))).toEqual(expected);
  });
});

test('$count says how many there are in all, whatever fits on the page', async () => {
  const { body } = await list(
    "$count=true&$top=1&$filter=startswith(displayName,'m') or id ne null",
  );
  expect(body).toMatchObject({ '@odata.count': 3, value: [expect.anything()] });
  expect((await list('$count=false')).body).not.toHaveProperty('@odata.count');
});

test.each([
  '$top=0',
  '$top=1000',
  '$top=x',
  '$count=yes',
  '$orderby=department',
  '$orderby=displayName,id',
  '$orderby=accountEnabled',
  '$skiptoken=abc',
  '$orderby=displayName&$skiptoken=WzFd',
  '$skip=1',
  '$expand=manager',
  '$format=xml',
])('a query of %s is 400', async (query) => {
  expectError(await list(query), 400, 'BadRequest');
});

describe('many users', () => {
  const MANY = 4500;
  const people = Array.from({ length: MANY }, (_, n) => ({
    id: idOf(n),
    displayName: `User ${(n * 7919) % 100}`,
  }));
  let many: Porchlight;
  beforeAll(async () => {
    many = await startPorchlight({
      directory: createDirectory('open', new Map([[TENANT, people]])),
    });
  });
  afterAll(() => many.close());

  /** All pages, as a client walks them. */
  async function walk(query: string): Promise<Page[]> {
    const pages: Page[] = [];
    let path: string | undefined = `/v1.0/users?${query}`;
    while (path !== undefined) {
      const { body, status, text } = await many.as(READER).get(path);
      expect(status, text).toBe(200);
      pages.push(body as Page);
      path = pages.at(-1)?.['@odata.nextLink']?.slice(many.origin.length);
      expect(pages.length).toBeLessThan(60);
    }
    return pages;
  }

  test('come 100 at a time without $top', async () => {
    const { body } = await many.as(READER).get('/v1.0/users');
    expect((body as Page).value).toHaveLength(100);
    expect((body as Page)['@odata.nextLink']).toContain(`$skiptoken=${idOf(99)}`);
  });

  test('come page by page, each once, in the order of ids', async () => {
    const pages = await walk('$top=999&$select=id&$count=true');
    expect(pages.map(({ value }) => value.length)).toEqual([999, 999, 999, 999, 504]);
    expect(pages.flatMap(({ value }) => value.map(({ id }) => id))).toEqual(
      people.map(({ id }) => id),
    );
    expect(pages.map((page) => page['@odata.count'])).toEqual(Array(5).fill(MANY));
  });

  test('come page by page in another order, each once, those alike by id', async () => {
    for (const [order, sign] of [
      ['displayName', 1],
      ['displayName desc', -1],
    ] as const) {
      const pages = await walk(`$top=700&$orderby=${order}&$select=id`);
      const expected = people
        .toSorted(
          (a, b) =>
            sign * a.displayName.localeCompare(b.displayName, 'en') || (a.id < b.id ? -1 : 1),
        )
        .map(({ id }) => id);
      expect(pages.flatMap(({ value }) => value.map(({ id }) => id))).toEqual(expected);
    }
  });

  test('are filtered on every page', async () => {
    const pages = await walk("$top=20&$filter=displayName eq 'User 7'&$select=displayName,id");
    expect(pages.flatMap(({ value }) => value)).toEqual(
      people.filter(({ displayName }) => displayName === 'User 7'),
    );
    expect(pages).toHaveLength(3);
  });
});
