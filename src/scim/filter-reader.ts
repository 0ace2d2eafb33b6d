import { shortened } from '../graph/duration.ts';
import { tokensOf } from '../graph/tokens.ts';
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
    if (filter.length > LONGEST) throw malformed(`it is longer than ${LONGEST} characters`);
    this.#tokens = tokensOf(filter, TOKEN, tokenOf, malformed);
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

function tokenOf([, quoted, word, number, sign, part = '']: RegExpExecArray): Token {
  if (quoted !== undefined) return { kind: 'text', text: quoted };
  if (word !== undefined) return { kind: 'word', text: word };
  if (number !== undefined) return { kind: 'number', text: number };
  if (sign !== undefined) return { kind: 'sign', text: sign };
  return { kind: 'part', text: part };
}

export function malformed(problem: string): ScimError {
  return new ScimError(400, `The filter: ${problem}.`, 'invalidFilter');
}
