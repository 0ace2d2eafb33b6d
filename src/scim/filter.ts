import { type Condition, DEEPEST, every, folded, some } from '../graph/condition.ts';
import { shortened } from '../graph/duration.ts';
import { attributeName } from './attribute-path.ts';
import { malformed, FilterReader as Reader } from './filter-reader.ts';

export type Value = string | boolean;

/** An attribute that can be asked about: what values it has, and whether case counts in them. */
export interface Field<T> {
  values(item: T): readonly Value[];
  readonly isExact?: boolean;
}

/** What can be asked about, by names in lower case. */
export interface Fields<T> {
  readonly simple: ReadonlyMap<string, Field<T>>;
  /** Attributes of which each value has parts, for conditions on one value: `emails[type eq "work"]`. */
  readonly complex: ReadonlyMap<string, (item: T) => readonly Element[]>;
}

/** One value of a complex attribute: parts by name, in lower case. */
export type Element = Readonly<Record<string, Value>>;

export interface Filter<T> {
  readonly matches: Condition<T>;
  /** What an attribute must be equal to for anything to match, by names in lower case: such are looked up. */
  readonly equals: ReadonlyMap<string, string>;
  /** The attributes that it asks about. */
  readonly names: ReadonlySet<string>;
}

type Part<T> = Omit<Filter<T>, 'names'>;

const NO_EQUALS: ReadonlyMap<string, string> = new Map();
const OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'pr'];

/**
 * Reads a filter as far as provisioning clients need it: eq, ne, co, sw, ew and pr, with and, or, not and
 * parentheses, and conditions on one value of an attribute in brackets; behind those one may name a part, as
 * Entra does: `emails[type eq "work"].value eq "…"`. Source: RFC 7644, section 3.4.2.2.
 * @throws ScimError 400 invalidFilter saying what can't be understood
 */
export function parseFilter<T>(filter: string, fields: Fields<T>): Filter<T> {
  const names = new Set<string>();
  const reader = new Reader(filter);
  const part = anyOf(reader, fields, names, 0);
  reader.mustEnd();
  return { ...part, names };
}

function anyOf<T>(reader: Reader, fields: Fields<T>, names: Set<string>, depth: number): Part<T> {
  const first = allOf(reader, fields, names, depth);
  if (!reader.take('word', 'or')) return first;
  const parts = [first.matches];
  do parts.push(allOf(reader, fields, names, depth).matches);
  while (reader.take('word', 'or'));
  return { matches: some(parts), equals: NO_EQUALS };
}

function allOf<T>(reader: Reader, fields: Fields<T>, names: Set<string>, depth: number): Part<T> {
  const parts = [one(reader, fields, names, depth)];
  while (reader.take('word', 'and')) parts.push(one(reader, fields, names, depth));
  return {
    matches: every(parts.map(({ matches }) => matches)),
    equals: new Map(parts.flatMap(({ equals }) => [...equals])),
  };
}

function one<T>(reader: Reader, fields: Fields<T>, names: Set<string>, depth: number): Part<T> {
  if (depth > DEEPEST) throw malformed(`more than ${DEEPEST} parentheses inside each other`);
  if (reader.take('word', 'not')) {
    const { matches } = one(reader, fields, names, depth + 1);
    return { matches: (item) => !matches(item), equals: NO_EQUALS };
  }
  if (reader.take('sign', '(')) {
    const part = anyOf(reader, fields, names, depth + 1);
    reader.need(')');
    return part;
  }
  return comparison(reader, fields, names, depth);
}

function comparison<T>(
  reader: Reader,
  fields: Fields<T>,
  names: Set<string>,
  depth: number,
): Part<T> {
  const where = reader.where();
  const token = reader.next();
  if (token?.kind !== 'word') throw malformed(`a comparison is missing ${where}`);
  reader.countComparison();
  const name = attributeName(token.text);
  names.add(name.split('.')[0] ?? name);
  if (reader.take('sign', '[')) return selection(reader, fields, name, depth);
  const field = fields.simple.get(name);
  if (field === undefined) throw malformed(`'${shortened(token.text)}' can't be asked about`);
  return compared(reader, field, name);
}

/** A condition on one value of an attribute, and what one of its parts is. */
function selection<T>(reader: Reader, fields: Fields<T>, name: string, depth: number): Part<T> {
  const elements = fields.complex.get(name);
  if (elements === undefined) throw malformed(`'${shortened(name)}' has no parts to choose by`);
  const inner = anyOf(reader, ELEMENT, new Set(), depth + 1);
  reader.need(']');
  const part = reader.peek();
  if (part?.kind !== 'part') {
    return { matches: (item) => elements(item).some(inner.matches), equals: NO_EQUALS };
  }
  reader.next();
  const field = partOf(part.text.slice(1).toLowerCase());
  const { matches } = compared(reader, field, '');
  return {
    matches: (item) => elements(item).some((each) => inner.matches(each) && matches(each)),
    equals: NO_EQUALS,
  };
}

function partOf(name: string): Field<Element> {
  return {
    values(element) {
      const value = Object.hasOwn(element, name) ? element[name] : undefined;
      return value === undefined ? [] : [value];
    },
  };
}

/** The parts that values of complex attributes have. Source: RFC 7643, section 2.4. */
const PARTS = ['value', 'type', 'primary', 'display', '$ref'];

/** What can be asked about one value of a complex attribute. */
export const ELEMENT: Fields<Element> = {
  simple: new Map(PARTS.map((name) => [name, partOf(name)])),
  complex: new Map(),
};

function compared<T>(reader: Reader, field: Field<T>, name: string): Part<T> {
  const where = reader.where();
  const operator = reader.next()?.text.toLowerCase() ?? '';
  if (!OPERATORS.includes(operator)) throw malformed(`${OPERATORS.join(', ')} is missing ${where}`);
  const { values, isExact = false } = field;
  if (operator === 'pr') return { matches: (item) => values(item).length > 0, equals: NO_EQUALS };

  const expected = readValue(reader);
  const has = (test: (value: Value) => boolean) => (item: T) => values(item).some(test);
  if (operator === 'eq' || operator === 'ne') {
    const matches =
      expected === null ? (item: T) => values(item).length === 0 : has(equality(expected, isExact));
    if (operator === 'ne') return { matches: (item) => !matches(item), equals: NO_EQUALS };
    const isText = typeof expected === 'string' && name !== '';
    return { matches, equals: isText ? new Map([[name, expected]]) : NO_EQUALS };
  }
  if (typeof expected !== 'string') throw malformed(`${operator} needs a text in double quotes`);
  return { matches: has(containment(operator, expected, isExact)), equals: NO_EQUALS };
}

function equality(expected: Value, isExact: boolean): (value: Value) => boolean {
  if (typeof expected !== 'string' || isExact) return (value) => value === expected;
  const text = folded(expected);
  return (value) => typeof value === 'string' && folded(value) === text;
}

function containment(
  operator: string,
  expected: string,
  isExact: boolean,
): (value: Value) => boolean {
  const text = isExact ? expected : folded(expected);
  return (given) => {
    if (typeof given !== 'string') return false;
    const value = isExact ? given : folded(given);
    if (operator === 'sw') return value.startsWith(text);
    return operator === 'ew' ? value.endsWith(text) : value.includes(text);
  };
}

function readValue(reader: Reader): Value | null {
  const where = reader.where();
  const token = reader.next();
  if (token?.kind === 'text') {
    try {
      return String(JSON.parse(token.text));
    } catch {
      throw malformed(`${shortened(token.text)} is no text as JSON writes it`);
    }
  }
  const word = token?.kind === 'word' ? token.text.toLowerCase() : '';
  if (word === 'true' || word === 'false') return word === 'true';
  if (word === 'null') return null;
  throw malformed(`a text in double quotes, true, false or null is missing ${where}`);
}
