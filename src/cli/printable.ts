/** What a line has room for. */
const LONGEST = 200;

/** Controls, and what changes the direction of what follows. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * What somebody else wrote, as a line of a terminal may show it: a control sequence could rewrite what
 * stands there already.
 */
export function printable(text: string, longest = LONGEST): string {
  const short = text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
  return short.replaceAll(UNPRINTABLE, '\uFFFD');
}

/** A value as a line of JSON. */
export function jsonLine(value: unknown): string {
  return printableJson(JSON.stringify(value));
}

/** `2026-11-21T10:00:00Z`: as exact as people want it. */
export function toTheSecond(dateTime: string): string {
  return dateTime.replace(/\.\d+(?=Z$)/, '');
}

/** JSON that says the same and can be shown: what can't is escaped. */
export function printableJson(json: string): string {
  return json.replaceAll(UNPRINTABLE, (character) =>
    Array.from({ length: character.length }, (_, at) => {
      const code = character.charCodeAt(at).toString(16).padStart(4, '0');
      return `\\u${code}`;
    }).join(''),
  );
}
