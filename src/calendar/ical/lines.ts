import { LONGEST_LINE } from './bounds.ts';

/** A content line (RFC 5545, section 3.1), put together again where it was folded. */
export interface ContentLine {
  /** In lower case. */
  readonly name: string;
  /** All of the line, its name too. Null when it is longer than any line that matters. */
  readonly text: string | null;
  /** Where it begins, from 1. */
  readonly number: number;
}

const NAME = /^[A-Za-z0-9-]{1,64}(?=[:;])/;

/**
 * The lines of a text, but for those whose names nobody wants: their bodies, which are most of a calendar,
 * are passed over without being put together. What isn't a line at all is passed over too: writers
 * that forget to fold leave the rest of a description as lines of its own.
 * @param isWanted asked for each line, by name in lower case
 */
export function* contentLines(
  text: string,
  isWanted: (name: string) => boolean,
): Generator<ContentLine> {
  // Old writers end lines by CR alone, joined files mix all three ways.
  const lines = text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
  let open: { name: string; text: string | null; number: number } | null = null;
  let number = 0;
  // A byte-order mark is white space to a regular expression.
  for (let at = Math.max(0, lines.search(/\S/)); at < lines.length; ) {
    const newline = lines.indexOf('\n', at);
    const end = newline === -1 ? lines.length : newline;
    number++;
    const first = lines[at];
    if (first === ' ' || first === '\t') {
      if (open !== null && open.text !== null) {
        const isTooLong = open.text.length + end - at - 1 > LONGEST_LINE;
        open.text = isTooLong ? null : open.text + lines.slice(at + 1, end);
      }
    } else if (end > at) {
      if (open !== null) yield open;
      const name = NAME.exec(lines.slice(at, Math.min(end, at + 65)))?.[0].toLowerCase();
      open =
        name !== undefined && isWanted(name)
          ? { name, text: end - at > LONGEST_LINE ? null : lines.slice(at, end), number }
          : null;
    }
    at = end + 1;
  }
  if (open !== null) yield open;
}
