import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDirectory } from '../../src/directory/fixed.ts';
import { GraphError } from '../../src/graph/error.ts';
import type { Profile } from '../../src/graph/settable.ts';
import { parseResource } from '../../src/subscriptions/resource.ts';
import { COLLEAGUE, guid, TENANT, USER } from './examples.ts';
import { additionsIn } from './in-profile.ts';

const NAME = "o'brien@contoso.example";
const directory = createDirectory(
  'open',
  new Map([[TENANT, [{ id: USER, userPrincipalName: NAME }]]]),
);
const listed = createDirectory('listed', new Map([[TENANT, [{ id: USER }]]]));

const parse = (text: string, profile: Profile = 'graph') =>
  parseResource(text, { tenantId: TENANT, additions: additionsIn(profile), directory });

function refusal(text: string, profile: Profile = 'graph'): GraphError {
  try {
    parse(text, profile);
  } catch (error) {
    if (error instanceof GraphError) return error;
    throw error;
  }
  throw new Error(`${text} was taken`);
}

describe('a resource of one user', () => {
  test.each([
    `communications/presences/${USER}`,
    `/communications/presences/${USER}`,
    `communications/presences('${USER}')`,
    `communications/presences(%27${USER}%27)`,
    `communications/presences%28%27${USER}%27%29`,
    `/v1.0/communications/presences/${USER}`,
    `beta/communications/presences/${USER}`,
    `Communications/Presences/${USER.toUpperCase()}`,
    `users/${USER}/presence`,
    `/USERS('${USER}')/Presence`,
    `users/o'brien%40contoso.example/presence`,
    `communications/presences('o''brien@contoso.example')`,
  ])('%s means the user', (text) => {
    expect(parse(text).scope).toEqual([USER]);
  });

  test('a user whom a listed directory doesn’t know is 404', () => {
    const terms = { tenantId: TENANT, additions: additionsIn('graph'), directory: listed };
    expect(() => parseResource(`users/${COLLEAGUE}/presence`, terms)).toThrow(
      expect.objectContaining({ status: 404, code: 'NotFound' }),
    );
    expect(parseResource(`users/${USER}/presence`, terms).scope).toEqual([USER]);
  });

  test('a name that nobody has is 400', () => {
    expect(refusal('users/nobody@contoso.example/presence').message).toContain(
      "'nobody@contoso.example' is neither a user's object id nor a user principal name",
    );
  });
});

/** How a client may have written a character of a filter. */
const SPELLINGS: Record<string, readonly string[]> = {
  ' ': [' ', '+', '%20'],
  "'": ["'", '%27'],
  ',': [',', '%2C', '%2c'],
  '(': ['(', '%28'],
  ')': [')', '%29'],
  $: ['$', '%24'],
};

const spelled = (text: string, choice: (options: readonly string[]) => string) =>
  text.replace(/./g, (letter) => choice(SPELLINGS[letter] ?? [letter]));

describe('a list of ids', () => {
  test('any list in any accepted spelling is read as that list, each id once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uuid(), { minLength: 1, maxLength: 60 }),
        fc.gen(),
        (userIds, gen) => {
          const choose = (...options: readonly string[]) => gen(fc.constantFrom, ...options);
          const gap = () => choose('', ' ', '  ');
          const ids = userIds.map((id) => `${gap()}'${choose(id, id.toUpperCase())}'${gap()}`);
          const filter = `${gap()}${choose('id', 'ID')} ${gap()}${choose('in', 'IN')}${gap()}(${ids.join(',')})${gap()}`;
          const path = choose('', '/') + choose('', 'v1.0/', 'BETA/');
          const text = `${path}${choose('communications/presences', 'Communications/PRESENCES')}?${spelled('$filter', (all) => choose(...all))}=${spelled(filter, (all) => choose(...all))}`;
          const { scope } = parse(text, 'graph');
          expect(scope).toEqual([...new Set(userIds)]);
        },
      ),
    );
  });

  test('unknown ids are accepted, and names that the directory knows', () => {
    const text = `communications/presences?$filter=id in ('${guid(9)}','o''brien@contoso.example')`;
    expect(parse(text).scope).toEqual([guid(9), USER]);
  });

  const list = (count: number) =>
    `communications/presences?$filter=id in (${Array.from({ length: count }, (_, at) => `'${guid(at)}'`).join(',')})`;

  test('650 ids are taken, 651 refused', () => {
    expect(parse(list(650)).scope).toHaveLength(650);
    expect(refusal(list(651)).message).toBe('[Resource]: at most 650 ids fit into one $filter.');
  });

  test('in profile extended 10,000 ids are taken, 10,001 refused', () => {
    expect(parse(list(10_000), 'extended').scope).toHaveLength(10_000);
    expect(refusal(list(10_001), 'extended').message).toContain('at most 10000 ids');
  });

  test.each([
    `id in (${USER})`,
    `id in ("${USER}")`,
    'id in ()',
    `id in ('${USER}',)`,
    `id in (,'${USER}')`,
    `id in ('${USER}'`,
    `id in '${USER}'`,
    `id in ('${USER}') or id in ('${USER}')`,
    `id eq '${USER}'`,
    `idin ('${USER}')`,
    `not id in ('${USER}')`,
    `id in ('')`,
    '',
  ])('the filter %s is refused, and the answer says what is supported', (filter) => {
    const error = refusal(`communications/presences?$filter=${filter}`);
    expect(error).toMatchObject({ status: 400, code: 'InvalidArgument' });
    expect(error.message).toContain("id in ('{id}','{id}')");
  });
});

describe('everyone of the tenant', () => {
  test('is a resource in profile extended, with or without an empty query', () => {
    expect(parse('communications/presences', 'extended').scope).toBe('tenant');
    expect(parse('/communications/presences?', 'extended').scope).toBe('tenant');
  });

  test('needs profile extended', () => {
    expect(refusal('communications/presences').message).toMatch(
      /^\[Resource\]: Everyone of the tenant needs profile extended\. Supported: communications\/presences\/\{id\}, /,
    );
  });
});

describe('$select', () => {
  const one = `communications/presences/${USER}`;

  test('without it availability and activity are meant; id is always in', () => {
    expect(parse(one).properties).toEqual(['id', 'availability', 'activity']);
  });

  test.each([
    ['statusMessage', ['id', 'statusMessage']],
    ['activity,availability', ['id', 'availability', 'activity']],
    ['id', ['id']],
    ['activity,+statusMessage%2Cactivity', ['id', 'activity', 'statusMessage']],
  ])('$select=%s selects %j in profile extended', (select, properties) => {
    expect(parse(`${one}?$select=${select}`, 'extended').properties).toEqual(properties);
  });

  test('it goes together with a list, in either order', () => {
    const filter = `$filter=id in ('${USER}')`;
    for (const query of [`${filter}&$select=activity`, `$select=activity&${filter}`]) {
      const { scope, properties } = parse(`communications/presences?${query}`, 'extended');
      expect(scope).toEqual([USER]);
      expect(properties).toEqual(['id', 'activity']);
    }
  });

  test('it needs profile extended', () => {
    expect(refusal(`${one}?$select=activity`).message).toContain('$select needs profile extended');
  });

  test('a property that presence hasn’t is refused', () => {
    expect(refusal(`${one}?$select=activity,mood`, 'extended').message).toContain(
      "no property 'mood'",
    );
  });
});

test('/me/presence is refused in the real service’s words', () => {
  for (const text of ['/me/presence', 'me/presence', '/v1.0/Me/Presence']) {
    expect(refusal(text)).toMatchObject({
      status: 400,
      code: 'ExtensionError',
      message:
        'Operation: Create; Exception: [Status Code: BadRequest; Reason: Unsupported workload.]',
    });
  }
});

describe('anything else', () => {
  test.each([
    '',
    '/',
    '//communications/presences',
    'me',
    'users',
    `users/${USER}`,
    `users/${USER}/messages`,
    `users/${USER}/presence/more`,
    `communications/presences/${USER}/more`,
    `communications/calls/${USER}`,
    `https://graph.microsoft.com/v1.0/communications/presences/${USER}`,
    `v2.0/communications/presences/${USER}`,
    `communications/presences/${USER}?$filter=id in ('${USER}')`,
    `communications/presences?$top=1`,
    `communications/presences?$filter=id in ('${USER}')&$filter=id in ('${USER}')`,
    'communications/presences?$filter',
    'communications/presences/%zz',
    'communications/presences?$filter=%E0%A4%A',
    'x'.repeat(2000),
  ])('%s is 400', (text) => {
    for (const profile of ['graph', 'extended'] as const) {
      expect(refusal(text, profile)).toMatchObject({ status: 400, code: 'InvalidArgument' });
    }
  });

  test('a hostile string throws nothing but the 400', () => {
    const pieces = fc.constantFrom(
      'communications/presences',
      'users/',
      '/me/presence',
      '?$filter=',
      'id in (',
      "'",
      "''",
      '%27',
      ',',
      ')',
      '&',
      '$select=',
      '%',
      '+',
      USER,
      'v1.0/',
      '__proto__',
      '\ud800',
    );
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(hostile, fc.constantFrom<Profile>('graph', 'extended'), (text, profile) => {
        try {
          parse(text, profile);
        } catch (error) {
          expect(error).toMatchObject({ name: 'GraphError', status: 400 });
        }
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['a megabyte of quotes', "communications/presences?$filter=id in ('", "'"],
    ['a megabyte of letters in quotes', "communications/presences?$filter=id in ('", 'a'],
    ['a megabyte of spaces', 'communications/presences?$filter=', ' '],
    ['a megabyte of spaces after id', 'communications/presences?$filter=id', ' '],
    ['a megabyte of ids', 'communications/presences?$filter=id in (', `'${USER}',`],
    ['a megabyte of keys', 'communications/presences', "('"],
    ['a megabyte of slashes', 'communications/presences', '/'],
    ['a megabyte of options', 'communications/presences?', '&'],
    ['a megabyte of properties', 'communications/presences?$select=', 'id,'],
    ['a megabyte of percent signs', 'communications/presences?$filter=', '%25'],
  ])('%s is refused within the time that reading takes', (_, start, repeated) => {
    const text = start + repeated.repeat(Math.ceil(1_048_576 / repeated.length));
    const startMs = performance.now();
    for (const profile of ['graph', 'extended'] as const) {
      expect(refusal(text, profile).status).toBe(400);
    }
    expect(performance.now() - startMs).toBeLessThan(1000);
  });
});
