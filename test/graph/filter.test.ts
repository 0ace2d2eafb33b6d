import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fields } from '../../src/graph/condition.ts';
import { GraphError } from '../../src/graph/error.ts';
import { parseFilter } from '../../src/graph/filter.ts';

interface Thing {
  readonly name: string | null;
  readonly isOn: boolean;
}

const fields: Fields<Thing> = new Map<string, (thing: Thing) => string | boolean | null>([
  ['name', ({ name }: Thing) => name],
  ['ison', ({ isOn }: Thing) => isOn],
]);

const THINGS: readonly Thing[] = [
  { name: 'Ada', isOn: true },
  { name: 'adam', isOn: false },
  { name: "O'Brien", isOn: true },
  { name: null, isOn: true },
];

/** The names that a filter lets through. */
const names = (filter: string) =>
  THINGS.filter(parseFilter(filter, fields)).map(({ name }) => name);

const ALL = THINGS.map(({ name }) => name);

describe('a filter', () => {
  test.each<[string, (string | null)[]]>([
    ["name eq 'ADA'", ['Ada']],
    ["name ne 'ada'", ['adam', "O'Brien", null]],
    ["startswith(name,'ad')", ['Ada', 'adam']],
    ["startsWith( name , 'AD' )", ['Ada', 'adam']],
    ["endswith(name,'M')", ['adam']],
    ["name eq 'o''brien'", ["O'Brien"]],
    ['name eq null', [null]],
    ['name ne null', ['Ada', 'adam', "O'Brien"]],
    ['isOn eq true', ['Ada', "O'Brien", null]],
    ['ison eq false', ['adam']],
    ["name in ('ada','adam')", ['Ada', 'adam']],
    ["name IN ('nobody', null)", [null]],
    ["not(name eq 'Ada')", ['adam', "O'Brien", null]],
    ["not startswith(name,'a')", ["O'Brien", null]],
    ["startswith(name,'ad') and isOn eq true", ['Ada']],
    ["isOn eq false or name eq null or name eq 'ada'", ['Ada', 'adam', null]],
    // `and` binds more closely than `or`.
    ["name eq 'Ada' or isOn eq true and name eq null", ['Ada', null]],
    ["(name eq 'Ada' or isOn eq true) and name eq null", [null]],
    ["startswith(name,'')", ['Ada', 'adam', "O'Brien"]],
  ])('%s lets through what it says', (filter, expected) => {
    expect(names(filter)).toEqual(expected);
  });

  test('may list 650 ids', () => {
    const list = Array.from({ length: 650 }, (_, n) => `'${n}'`).join(',');
    expect(names(`name in (${list},'Ada')`)).toEqual(['Ada']);
  });
});

describe('a filter that can’t be understood', () => {
  test.each([
    ['', 'a comparison is missing at the end'],
    ['name', 'eq, ne or in is missing at the end'],
    ["name eq 'Ada", "''Ada' is not understood"],
    ['name eq Ada', "true, false or null is missing before 'Ada'"],
    ["name eq 'a' name eq 'b'", "'and' or 'or' is missing before 'name'"],
    ["color eq 'red'", "'color' can't be asked about"],
    ["constructor eq 'x'", "'constructor' can't be asked about"],
    ["contains(name,'a')", "'contains' is not supported: startswith and endswith are"],
    ["startswith('a',name)", "the name of a property is missing before 'a'"],
    ['startswith(name,null)', 'startswith needs a text in single quotes'],
    ["startswith(name,'a'", "')' is missing at the end"],
    ["name gt 'a'", "eq, ne or in is missing before 'gt'"],
    ['name in ()', "is missing before ')'"],
    ["(name eq 'a'", "')' is missing at the end"],
    ["name eq 'a' and", 'a comparison is missing at the end'],
    ['name eq 5', "is missing before '5'"],
    [`${'('.repeat(30)}name eq 'a'`, 'more than 20 parentheses'],
    [`${'not '.repeat(30)}name eq 'a'`, 'more than 20 parentheses'],
    [`name eq 'a'${" or name eq 'a'".repeat(1000)}`, 'it is too long'],
  ])('%s is refused', (filter, reason) => {
    expect(() => parseFilter(filter, fields)).toThrow(GraphError);
    expect(() => parseFilter(filter, fields)).toThrow(reason);
    expect(() => parseFilter(filter, fields)).toThrow(/^\[\$filter\]: /);
  });
});

test('whatever is asked, it is understood or refused, and quickly', () => {
  const piece = fc.oneof(
    fc.constantFrom('name', 'isOn', 'eq', 'ne', 'in', 'and', 'or', 'not', '(', ')', ',', "'"),
    fc.constantFrom("'ada'", "''", 'startswith(', 'null', 'true', ' ', '\t', '\u00a0', '\ud800'),
    fc.string({ maxLength: 5, unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const filter = pieces.join(' ');
      try {
        expect(ALL).toEqual(expect.arrayContaining(names(filter)));
      } catch (error) {
        if (!(error instanceof GraphError)) throw error;
        expect(error.status).toBe(400);
      }
    }),
  );
  const startMs = performance.now();
  for (const hostile of ["'".repeat(30_001), ' '.repeat(30_000), `${"''".repeat(15_000)}x`]) {
    expect(() => parseFilter(`name eq ${hostile}`, fields)).toThrow(GraphError);
  }
  expect(performance.now() - startMs).toBeLessThan(1000);
});
