import { isWellFormed } from '../graph/unicode.ts';
import { attributeName } from './attribute-path.ts';
import { invalidValue, ScimError } from './error.ts';

/** The longest text that is kept of anything. */
const LONGEST_TEXT = 256;

const CONTROL = /\p{Cc}/u;

/** The attributes of a JSON object by their one names; case doesn't count in them. */
export type Attributes = ReadonlyMap<string, unknown>;

/** @throws ScimError 400 for what is no object */
export function attributesOf(value: unknown, what = 'The request body'): Attributes {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ScimError(400, `${what} must be a JSON object.`, 'invalidSyntax');
  }
  return new Map(Object.entries(value).map(([name, each]) => [attributeName(name), each]));
}

/** A text, or null for none: an empty one is none. @throws ScimError 400 invalidValue */
export function textOf(value: unknown, name: string): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value !== 'string') throw invalidValue(`${name} must be text.`);
  if (value.length > LONGEST_TEXT) {
    throw invalidValue(`${name} must have ${LONGEST_TEXT} characters at most.`);
  }
  if (CONTROL.test(value) || !isWellFormed(value)) {
    throw invalidValue(`${name} has characters that are none.`);
  }
  return value;
}

/** Entra writes truth values as text, with capitals. @throws ScimError 400 invalidValue */
export function truthOf(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (word === 'true' || word === 'false') return word === 'true';
  throw invalidValue(`${name} must be true or false.`);
}

/** @throws ScimError 400 invalidValue */
export function listOf(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value === null || value === undefined) return [];
  throw invalidValue(`${name} must be a list.`);
}
