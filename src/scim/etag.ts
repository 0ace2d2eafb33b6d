import type { IncomingHttpHeaders } from 'node:http';
import { ScimError } from './error.ts';

/** How many tags of a header are compared. */
const MOST_TAGS = 100;

/** @throws ScimError 412 where the client says which version it means, and there is another */
export function mustMatch({ 'if-match': expected }: IncomingHttpHeaders, version: string): void {
  if (expected === undefined || names(expected, version)) return;
  throw new ScimError(412, `The resource has changed: its version is ${version}.`);
}

/** Whether the client has this version already. */
export function isKnown({ 'if-none-match': known }: IncomingHttpHeaders, version: string): boolean {
  return known !== undefined && names(known, version);
}

/** Versions are weak, and compared so. Source: RFC 7644, section 3.14. */
function names(header: string, version: string): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '');
  const tags = header.split(',', MOST_TAGS).map(opaque);
  return tags.includes('*') || tags.includes(opaque(version));
}
