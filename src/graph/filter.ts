import {
  beginsWith,
  type Condition,
  DEEPEST,
  every,
  type Fields,
  folded,
  some,
} from './condition.ts';
import { shortened } from './duration.ts';
import { GraphError } from './error.ts';

/** Words, texts and signs in one filter: 650 ids in a list are twice as many. */
const MOST_TOKENS = 2000;

const TOKEN = /\s*(?:'((?:[^']|'')*)'|([A-Za-z_][\w/]*)|([(),]))/y;

type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: string };

type Value = string | boolean | null;

/**
 * Reads `$filter` as far as Graph's directory has it: `eq`, `ne`, `in`, `startswith` and `endswith`, with `and`,
 * `or`, `not` and parentheses. Source: OData 4.01, part 2, section 5.1.1; that texts are compared without case,
 * Graph's page on advanced queries.
 * @throws GraphError 400 saying what can't be understood
 */
export function parseFilter<T>(filter: string, fields: Fields<T>): Condition<T> {
  const tokens = tokensOf(filter);
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
    const read = field(token.text);
    if (take('word', 'eq')) return equals(read, value());
    if (take('word', 'in')) return some(list().map((each) => equals(read, each)));
    if (take('word', 'ne')) {
      const isEqual = equals(read, value());
      return (item) => !isEqual(item);
    }
    throw malformed(`eq, ne or in is missing ${where()}`);
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

function tokensOf(filter: string): Token[] {
  const tokens: Token[] = [];
  const text = filter.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const start = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (found === null)
      throw malformed(`'${shortened(text.slice(start).trim())}' is not understood`);
    if (tokens.length === MOST_TOKENS) throw malformed('it is too long');
    const [, quoted, word, sign = ''] = found;
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted.replaceAll("''", "'") });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'sign', text: sign });
  }
  return tokens;
}

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
