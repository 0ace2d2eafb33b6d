import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GraphError } from '../../src/graph/error.ts';
import { parseSearch } from '../../src/graph/search.ts';

interface Person {
  readonly name: string | null;
  readonly mail: string;
}

const searched = {
  fields: new Map([
    ['name', ({ name }: Person) => name],
    ['mail', ({ mail }: Person) => mail],
  ]),
  byWords: ['name'],
};

const finds = (search: string, person: Partial<Person>) =>
  parseSearch(search, searched)({ name: null, mail: '', ...person });

describe('a name', () => {
  test.each([
    ['Ada Moreau', 'ada', true],
    ['Ada Moreau', 'MOR', true],
    ['Ada Moreau', 'moreau ada', true],
    ['Ada Moreau', 'reau', false],
    ['Ada Moreau', 'ada bruno', false],
    ['HelloWorld', 'world', true],
    ['HelloWorld', 'helloworld', true],
    ['HelloWorld', 'HelloWorld', true],
    ['HELLOworld', 'world', false],
    ['hello123world', '123', true],
    ['hello123world', 'world', true],
    ['Anne-Marie', 'marie', true],
    ['anne.marie', 'anne.marie', true],
    ['McDonald', 'mcd', true],
    ['李四(David Li)', '李四', true],
    ['李四(David Li)', 'Li 李', true],
    ['Emil Sørensen', 'sør', true],
    ['Ada', '', false],
    ['Ada', '…', false],
  ])('%s is found by %s: %s', (name, text, expected) => {
    expect(finds(`"name:${text}"`, { name })).toBe(expected);
  });
});

test('other properties are looked at from their beginning', () => {
  expect(finds('"mail:ada"', { mail: 'Ada@contoso.example' })).toBe(true);
  expect(finds('"mail:contoso"', { mail: 'ada@contoso.example' })).toBe(false);
});

test.each([
  ['"name:ada" OR "mail:ada"', true],
  ['"name:ada" AND "mail:ada"', false],
  ['"name:x" OR ("name:bruno" AND "mail:ada")', true],
  ['("name:x" OR "name:bruno") AND "mail:x"', false],
  ['"name:say \\"bruno\\""', false],
  ['  "name:bruno"  ', true],
])('Bruno, ada@x.example, is found by %s: %s', (search, expected) => {
  expect(finds(search, { name: 'Bruno', mail: 'ada@x.example' })).toBe(expected);
});

test.each([
  ['', '"property:text" is missing'],
  ['name:ada', 'is not understood'],
  ['"ada"', "'ada' is not of the form property:text"],
  ['"phone:5"', "'phone' can't be searched"],
  ['"name:ada" "name:bruno"', 'AND or OR is missing'],
  ['"name:ada" and "name:bruno"', 'is not understood'],
  ['"name:ada" AND', '"property:text" is missing'],
  ['("name:ada"', "')' is missing"],
  ['"name:ada', 'is not understood'],
  [`${'('.repeat(30)}"name:ada"`, 'more than 20 parentheses'],
  [`"name:a"${' OR "name:a"'.repeat(150)}`, 'it is too long'],
])('%s is refused, and the answer says why', (search, reason) => {
  expect(() => parseSearch(search, searched)).toThrow(GraphError);
  expect(() => parseSearch(search, searched)).toThrow(reason);
});

test('whatever is searched for in whatever names, it is found or not, or refused', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 });
  fc.assert(
    fc.property(text, text, (search, name) => {
      for (const given of [search, `"name:${search}"`]) {
        try {
          expect([true, false]).toContain(finds(given, { name }));
        } catch (error) {
          if (!(error instanceof GraphError)) throw error;
        }
      }
    }),
  );
});
