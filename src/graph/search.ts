import { beginsWith, type Condition, DEEPEST, every, type Fields, some } from './condition.ts';
import { shortened } from './duration.ts';
import { GraphError } from './error.ts';
import { tokensOf } from './tokens.ts';

/** Clauses and signs in one search. */
const MOST_TOKENS = 200;

const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|(AND|OR)\b|([()]))/y;

/** What a search looks at word by word; other properties it looks at from their beginning. */
export interface Searched<T> {
  readonly fields: Fields<T>;
  /** In lower case. */
  readonly byWords: readonly string[];
}

/**
 * Reads `$search` as Graph's directory has it: `"property:text"` in double quotes, with `AND`, `OR` and
 * parentheses between them. Source: Graph, "Use the $search query parameter".
 * @throws GraphError 400 saying what can't be understood
 */
export function parseSearch<T>(search: string, searched: Searched<T>): Condition<T> {
  const tokens = tokensOf(search, TOKEN, tokenOf, malformed, MOST_TOKENS);
  let at = 0;

  function take(sign: string): boolean {
    if (tokens[at]?.sign !== sign) return false;
    at++;
    return true;
  }

  function anyOf(depth: number): Condition<T> {
    const parts = [allOf(depth)];
    while (take('OR')) parts.push(allOf(depth));
    return some(parts);
  }

  function allOf(depth: number): Condition<T> {
    const parts = [one(depth)];
    while (take('AND')) parts.push(one(depth));
    return every(parts);
  }

  function one(depth: number): Condition<T> {
    if (depth > DEEPEST) throw malformed(`more than ${DEEPEST} parentheses inside each other`);
    if (take('(')) {
      const part = anyOf(depth + 1);
      if (!take(')')) throw malformed("')' is missing");
      return part;
    }
    const clause = tokens[at]?.clause;
    if (clause === undefined) throw malformed('"property:text" is missing, in double quotes');
    at++;
    return conditionOf(clause, searched);
  }

  const condition = anyOf(0);
  if (at < tokens.length) throw malformed('AND or OR is missing');
  return condition;
}

interface Token {
  readonly clause?: string;
  readonly sign?: string;
}

function tokenOf([, clause, operator, sign = '']: RegExpExecArray): Token {
  if (clause !== undefined) return { clause: clause.replaceAll(/\\(.)/g, '$1') };
  return { sign: operator ?? sign };
}

function conditionOf<T>(clause: string, { fields, byWords }: Searched<T>): Condition<T> {
  const colon = clause.indexOf(':');
  if (colon === -1) throw malformed(`'${shortened(clause)}' is not of the form property:text`);
  const name = clause.slice(0, colon).trim();
  const text = clause.slice(colon + 1).trim();
  const read = fields.get(name.toLowerCase());
  if (read === undefined) throw malformed(`'${shortened(name)}' can't be searched`);
  if (!byWords.includes(name.toLowerCase())) return beginsWith(read, text);
  const asked = wordsOf(text);
  return (item) => {
    const value = read(item);
    return typeof value === 'string' && hasWords(value, asked);
  };
}

/** Whether each of these is the beginning of a word of the text, in whatever order. */
function hasWords(text: string, asked: readonly string[]): boolean {
  // Words are taken apart only where it can come to something.
  const whole = text.toLowerCase();
  if (asked.length === 0 || !asked.every((word) => whole.includes(word))) return false;
  const words = [...wordsOf(text), ...runsOf(text)];
  return asked.every((each) => words.some((word) => word.startsWith(each)));
}

/** Words end where letters, figures and other characters change, and where a capital follows a small letter. */
function wordsOf(text: string): string[] {
  const words = text.match(/\p{Lu}*[\p{Ll}\p{M}]+|\p{Lu}+|[\p{L}\p{M}]+|\p{N}+/gu) ?? [];
  return words.map((word) => word.toLowerCase());
}

/** Undivided, as people write them who don't care for capitals: mcdonald. */
function runsOf(text: string): string[] {
  return (text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).map((run) => run.toLowerCase());
}

function malformed(problem: string): GraphError {
  return new GraphError(400, 'BadRequest', `[$search]: ${problem}.`);
}
