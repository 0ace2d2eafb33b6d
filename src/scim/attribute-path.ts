import { shortened } from '../graph/duration.ts';
import { ScimError } from './error.ts';
import { GROUP, USER } from './schema-ids.ts';

/** What a PATCH is about. */
export interface AttributePath {
  /** In lower case, with the part behind a dot: `name.givenname`. */
  readonly name: string;
  /** The filter in brackets, which says which of several values are meant. */
  readonly filter: string | undefined;
  /** The part that stands behind the brackets, in lower case. */
  readonly part: string | undefined;
}

const LONGEST = 1024;

const PATH = /^([A-Za-z$][\w$.:-]*)(?:\[(.*)\])?(?:\.([A-Za-z$][\w$-]*))?$/s;

const CORE = [USER, GROUP].map((id) => `${id}:`.toLowerCase());

/**
 * An attribute by its one name: in lower case, as case doesn't count (RFC 7643, section 2.1), and without the
 * schema in front where that is the core one. What is of an extension keeps it.
 */
export function attributeName(text: string): string {
  const name = text.toLowerCase();
  const prefix = CORE.find((each) => name.startsWith(each));
  return prefix === undefined ? name : name.slice(prefix.length);
}

/** @throws ScimError 400 invalidPath. Source: RFC 7644, section 3.5.2, figure 1 */
export function parsePath(text: string): AttributePath {
  const found = text.length > LONGEST ? null : PATH.exec(text.trim());
  if (found === null) {
    throw new ScimError(400, `'${shortened(text)}' is no path of an attribute.`, 'invalidPath');
  }
  const [, name = '', filter, part] = found;
  return { name: attributeName(name), filter, part: part?.toLowerCase() };
}
