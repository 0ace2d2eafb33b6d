import {
  beginsWith,
  type Condition,
  DEEPEST,
  every,
  type Fields,
  folded,
  type Instants,
  some,
} from './condition.ts';
import { parseDateTimeOffset } from './date-time-offset.ts';
import { shortened } from './duration.ts';
import { GraphError } from './error.ts';
import { tokensOf } from './tokens.ts';

/** Words, texts and signs in one filter: 650 ids in a list are twice as many. */
const MOST_TOKENS = 2000;

const TOKEN = /\s*(?:'((?:[^']|'')*)'|([A-Za-z_][\w/]*)|([(),])|(-?\d[\w:.+-]*))/y;

type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string };

type Value = string | boolean | null;

/**
 * Reads `$filter` as far as Graph's directory has it: `eq`, `ne`, `in`, `startswith` and `endswith`, with `and`,
 * `or`, `not` and parentheses. Source: OData 4.01, part 2, section 5.1.1; that texts are compared without case,
 * Graph's page on advanced queries.
 * @param instants what is compared in time, Unix times by name in lower case: with `gt`, `ge`, `lt` and `le` too
 * @throws GraphError 400 saying what can't be understood
 */
export function parseFilter<T>(
  filter: string,
  fields: Fields<T>,
  instants: Instants<T> = new Map(),
): Condition<T> {
  const tokens = tokensOf(filter, TOKEN, tokenOf, malformed, MOST_TOKENS);
  let at = 0;

  const peek = () => tokens[at];
  const isNext = (kind: Token['kind'], text: string) => {
    const token = peek();
    return token?.kind === kind && token.text.toLowerCase() === text;
  };
  function take(kind: Token['kind'], text: string): boolean {
    if (!isNext(kind, text)) return false;
    at++;
    return true;
  }
  function need(sign: string): void {
    if (!take('sign', sign)) throw malformed(`'${sign}' is missing ${where()}`);
  }
  function where(): string {
    const token = peek();
    return token === undefined ? 'at the end' : `before '${shortened(token.text)}'`;
  }

  function anyOf(depth: number): Condition<T> {
    const parts = [allOf(depth)];
    while (take('word', 'or')) parts.push(allOf(depth));
    return some(parts);
  }

  function allOf(depth: number): Condition<T> {
    const parts = [one(depth)];
    while (take('word', 'and')) parts.push(one(depth));
    return every(parts);
  }

  function one(depth: number): Condition<T> {
    if (depth > DEEPEST) throw malformed(`more than ${DEEPEST} parentheses inside each other`);
    if (take('word', 'not')) {
      const part = one(depth + 1);
      return (item) => !part(item);
    }
    if (take('sign', '(')) {
      const part = anyOf(depth + 1);
      need(')');
      return part;
    }
    return comparison();
  }

  function comparison(): Condition<T> {
    const token = peek();
    if (token?.kind !== 'word') throw malformed(`a comparison is missing ${where()}`);
    at++;
    const name = token.text.toLowerCase();
    if (peek()?.text === '(' && peek()?.kind === 'sign') return call(token.text, name);
    const instant = instants.get(name);
    if (instant !== undefined) return inTime(token.text, instant);
    const read = field(token.text);
    if (take('word', 'eq')) return equals(read, value());
    if (take('word', 'in')) return some(list().map((each) => equals(read, each)));
    if (take('word', 'ne')) {
      const isEqual = equals(read, value());
      return (item) => !isEqual(item);
    }
    throw malformed(`eq, ne or in is missing ${where()}`);
  }

  /** Graph takes an instant with quotes, as it is text where events have it, and without. */
  function inTime(name: string, instantOf: (item: T) => number): Condition<T> {
    const word = peek()?.text.toLowerCase() ?? '';
    const holds = Object.hasOwn(IN_TIME, word) ? IN_TIME[word] : undefined;
    if (holds === undefined) {
      throw malformed(`one of ${Object.keys(IN_TIME).join(', ')} is missing ${where()}`);
    }
    at++;
    const token = peek();
    if (token?.kind !== 'text' && token?.kind !== 'number') {
      throw malformed(`a date and time is missing ${where()}`);
    }
    at++;
    const isDate = /^\d{4}-\d\d-\d\d$/.test(token.text);
    const text = isDate ? `${token.text}T00:00:00Z` : token.text;
    const whenMs = parseDateTimeOffset(text, `$filter: ${name}`);
    return (item) => holds(instantOf(item) - whenMs);
  }

  function call(spelled: string, name: string): Condition<T> {
    if (name !== 'startswith' && name !== 'endswith') {
      throw malformed(`'${shortened(spelled)}' is not supported: startswith and endswith are`);
    }
    need('(');
    const token = peek();
    if (token?.kind !== 'word') throw malformed(`the name of a property is missing ${where()}`);
    at++;
    const read = field(token.text);
    need(',');
    const text = value();
    need(')');
    if (typeof text !== 'string') throw malformed(`${name} needs a text in single quotes`);
    return name === 'startswith' ? beginsWith(read, text) : endsWith(read, text);
  }

  function field(name: string): (item: T) => Value {
    const read = fields.get(name.toLowerCase());
    if (read !== undefined) return read;
    throw malformed(`'${shortened(name)}' can't be asked about`);
  }

  function list(): Value[] {
    need('(');
    const values = [value()];
    while (take('sign', ',')) values.push(value());
    need(')');
    return values;
  }

  function value(): Value {
    const token = peek();
    at++;
    if (token?.kind === 'text') return token.text;
    const word = token?.kind === 'word' ? token.text.toLowerCase() : '';
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    at--;
    throw malformed(`a text in single quotes, true, false or null is missing ${where()}`);
  }

  const condition = anyOf(0);
  if (peek() !== undefined) throw malformed(`'and' or 'or' is missing ${where()}`);
  return condition;
}

function tokenOf([, quoted, word, sign = '', number]: RegExpExecArray): Token {
  if (quoted !== undefined) return { kind: 'text', text: quoted.replaceAll("''", "'") };
  if (word !== undefined) return { kind: 'word', text: word };
  if (number !== undefined) return { kind: 'number', text: number };
  return { kind: 'sign', text: sign };
}

/** What a difference of two instants has to be. */
const IN_TIME: Readonly<Record<string, (differenceMs: number) => boolean>> = {
  eq: (ms) => ms === 0,
  ne: (ms) => ms !== 0,
  gt: (ms) => ms > 0,
  ge: (ms) => ms >= 0,
  lt: (ms) => ms < 0,
  le: (ms) => ms <= 0,
};

function equals<T>(read: (item: T) => Value, expected: Value): Condition<T> {
  if (typeof expected !== 'string') return (item) => read(item) === expected;
  const text = folded(expected);
  return (item) => {
    const value = read(item);
    return typeof value === 'string' && folded(value) === text;
  };
}

function endsWith<T>(read: (item: T) => Value, text: string): Condition<T> {
  const ending = folded(text);
  return (item) => {
    const value = read(item);
    return typeof value === 'string' && folded(value).endsWith(ending);
  };
}

function malformed(problem: string): GraphError {
  return new GraphError(400, 'BadRequest', `[$filter]: ${problem}.`);
}
