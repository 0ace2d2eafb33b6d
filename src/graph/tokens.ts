import { shortened } from './duration.ts';

/**
 * Takes a text apart, from its beginning to its end.
 * @param pattern sticky; matches one token with the blanks before it
 * @param tokenOf what was found as a token
 * @param malformed the error for what no token is, and for more than `most` of them
 */
export function tokensOf<Token>(
  given: string,
  pattern: RegExp,
  tokenOf: (found: RegExpExecArray) => Token,
  malformed: (problem: string) => Error,
  most = Number.POSITIVE_INFINITY,
): Token[] {
  const tokens: Token[] = [];
  const text = given.trimEnd();
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex;
    const found = pattern.exec(text);
    if (found === null) {
      throw malformed(`'${shortened(text.slice(start).trim())}' is not understood`);
    }
    if (tokens.length === most) throw malformed('it is too long');
    tokens.push(tokenOf(found));
  }
  return tokens;
}
