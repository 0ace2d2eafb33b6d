import { shortened } from '../graph/duration.ts';
import { ScimError } from './error.ts';

/** The longest filter that is read, and the most comparisons in one: each is asked of each user. */
const LONGEST = 8192;
const MOST_COMPARISONS = 50;

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*")|([A-Za-z$][\w$:.-]*)|(-?\d[\d.]*)|([()[\]])|(\.[A-Za-z$][\w$-]*))/y;

export interface Token {
  readonly kind: 'text' | 'word' | 'number' | 'sign' | 'part';
  readonly text: string;
}

/** The tokens of a filter, one after another. */
export class FilterReader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #comparisons = 0;

  constructor(filter: string) {
    this.#tokens = tokensOf(filter);
  }

  peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  next(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  take(kind: Token['kind'], text: string): boolean {
    const token = this.peek();
    if (token?.kind !== kind || token.text.toLowerCase() !== text) return false;
    this.#at++;
    return true;
  }

  need(sign: string): void {
    if (!this.take('sign', sign)) throw malformed(`'${sign}' is missing ${this.where()}`);
  }

  countComparison(): void {
    if (++this.#comparisons > MOST_COMPARISONS) {
      throw malformed(`more than ${MOST_COMPARISONS} comparisons`);
    }
  }

  mustEnd(): void {
    if (this.peek() !== undefined) throw malformed(`'and' or 'or' is missing ${this.where()}`);
  }

  where(): string {
    const token = this.peek();
    return token === undefined ? 'at the end' : `before '${shortened(token.text)}'`;
  }
}

function tokensOf(filter: string): Token[] {
  if (filter.length > LONGEST) throw malformed(`it is longer than ${LONGEST} characters`);
  const tokens: Token[] = [];
  const text = filter.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const start = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (found === null) {
      throw malformed(`'${shortened(text.slice(start).trim())}' is not understood`);
    }
    const [, quoted, word, number, sign, part = ''] = found;
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else tokens.push({ kind: 'part', text: part });
  }
  return tokens;
}

export function malformed(problem: string): ScimError {
  return new ScimError(400, `The filter: ${problem}.`, 'invalidFilter');
}
