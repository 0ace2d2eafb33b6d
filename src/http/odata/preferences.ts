import type { IncomingHttpHeaders } from 'node:http';

/**
 * A preference of a request (RFC 7240), such as `outlook.timezone="Europe/Berlin"`; undefined when it isn't
 * there. Names count in any case.
 */
export function preference(
  headers: IncomingHttpHeaders | undefined,
  name: string,
): string | undefined {
  const prefer = headers?.prefer;
  const text = Array.isArray(prefer) ? prefer.join(',') : (prefer ?? '');
  for (const each of text.split(',')) {
    const [key = '', ...rest] = each.split('=');
    if (key.trim().toLowerCase() !== name || rest.length === 0) continue;
    const value = (rest.join('=').split(';')[0] ?? '').trim();
    return value.replace(/^"(.*)"$/, '$1');
  }
  return undefined;
}

/** The headers that say which preferences an answer follows. */
export function preferenceApplied(
  applied: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const said = Object.entries(applied).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value}"`],
  );
  return said.length === 0 ? {} : { 'preference-applied': said.join(', ') };
}

/** The tags of an If-Match header; null without one, or when it takes any. */
export function ifMatchTags(headers: IncomingHttpHeaders | undefined): readonly string[] | null {
  const text = headers?.['if-match'];
  if (text === undefined || text.trim() === '*') return null;
  return text.split(',').map((tag) => tag.trim());
}

/** Whether one of the tags is this one, weak or strong. */
export function isTagAmong(tags: readonly string[], tag: string): boolean {
  const plain = (each: string) => each.replace(/^W\//, '');
  return tags.some((each) => plain(each) === plain(tag));
}
