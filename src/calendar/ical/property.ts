import ICAL from 'ical.js';
import { LONGEST_PARAMETERS } from './bounds.ts';
import { Unreadable } from './errors.ts';
import type { ContentLine } from './lines.ts';

/** A property as jCal has it (RFC 7265, section 3.4). */
export interface Property {
  readonly name: string;
  /** By name in lower case. One with several values is a list. */
  readonly parameters: Readonly<Record<string, string | readonly string[]>>;
  /** What its VALUE says it is, or what it is without: `date`, `date-time`, `period`, `text`, … */
  readonly type: string;
  /** As text, without space around it. */
  readonly values: readonly string[];
}

/**
 * The library's own knowledge of iCalendar: what has several values, what is escaped how. But what is counted
 * or calculated with here stays as it was written: the library cuts digits out of times without asking
 * whether they are any, and takes 0 for numbers that are none.
 */
const DESIGN = {
  ...ICAL.design.icalendar,
  value: {
    ...ICAL.design.icalendar.value,
    ...{ date: {}, 'date-time': {}, period: {}, duration: {}, recur: {}, integer: {} },
    'utc-offset': {},
  },
};

/** Properties whose value is a time, or several. */
const OF_TIMES = new Set(['dtstart', 'dtend', 'recurrence-id', 'exdate', 'rdate']);

/** @throws Unreadable */
export function readProperty(line: ContentLine): Property {
  if (line.text === null) throw new Unreadable(`its ${line.name.toUpperCase()} is too long`);
  const text = OF_TIMES.has(line.name) ? withZoneQuoted(line.text) : line.text;
  if (endOfParameters(text) > LONGEST_PARAMETERS) {
    throw new Unreadable(`the parameters of its ${line.name.toUpperCase()} are too long`);
  }
  try {
    const [name, parameters, type, ...values] = ICAL.parse.property(text, DESIGN);
    return { name, parameters, type, values: values.map((value: unknown) => String(value).trim()) };
  } catch {
    // The library's message has the line in it, which is private.
    throw new Unreadable(`its ${line.name.toUpperCase()} is malformed`);
  }
}

/** The parameter's text, or undefined. Of several values the first. */
export function parameterOf(property: Property, name: string): string | undefined {
  const value = Object.hasOwn(property.parameters, name) ? property.parameters[name] : undefined;
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}

/** Where the value begins: the first colon that isn't quoted. */
function endOfParameters(text: string): number {
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (character === ':' && !isQuoted) return at;
  }
  return text.length;
}

/**
 * Exchange names zones after what its users see, `(UTC+01:00) Amsterdam, Berlin`, and doesn't always
 * quote the colon in it, or quotes up to the end of the line. No time has a colon in it: the last
 * one is where the value begins.
 */
function withZoneQuoted(text: string): string {
  const zone = text.search(/;TZID=/i);
  const colon = text.lastIndexOf(':');
  if (zone === -1 || colon < zone) return text;
  const from = zone + ';TZID='.length;
  const inside = text.slice(from, colon);
  const isSound = /^(?:"[^"]*"|[^":]*)(?:;[^":]*)?$/.test(inside);
  if (isSound) return text;
  const [, name = '', rest = ''] = /^([^;]*)(.*)$/.exec(inside.replaceAll('"', '')) ?? [];
  return `${text.slice(0, from)}"${name}"${rest}${text.slice(colon).replaceAll('"', '')}`;
}
