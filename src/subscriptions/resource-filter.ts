import { type GraphError, invalidArgument } from '../graph/error.ts';

const HEAD = /^\s*id\s+in\s*\(/i;

/** A quoted string and what ends it. Its length is bounded, so that no text makes this look far. */
const ITEM = /\s*'((?:[^']|''){1,256})'\s*([,)])/y;

/**
 * The ids of `id in ('a','b')`, as they stand there, one after another: whoever has had enough of them
 * stops. Quotes are required, as in the real service.
 * @throws GraphError 400 for any other filter
 */
export function* filteredIds(filter: string): Generator<string> {
  const head = HEAD.exec(filter);
  if (head === null) throw unsupportedFilter();
  let at = head[0].length;
  for (;;) {
    ITEM.lastIndex = at;
    const item = ITEM.exec(filter);
    if (item === null) throw unsupportedFilter();
    const [text, quoted = '', end] = item;
    at += text.length;
    yield quoted.replaceAll("''", "'");
    if (end === ')') break;
  }
  if (filter.slice(at).trim() !== '') throw unsupportedFilter();
}

function unsupportedFilter(): GraphError {
  return invalidArgument(
    "[Resource]: $filter must be of the form id in ('{id}','{id}'), each id in quotes.",
  );
}
