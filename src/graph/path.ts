/** The two versions that Graph serves; both have the same routes here. */
export type Version = 'v1.0' | 'beta';

/**
 * A Graph path as the route table writes it: a key in parentheses becomes a segment of its own
 * (`users('id')` → `users/id`), and an action loses the namespace it may carry.
 */
export function normalizePath(path: string): string {
  const plain = path.includes('%2') ? path.replaceAll(/%2[4789]/g, decodeURIComponent) : path;
  if (!plain.includes('(') && !plain.includes('microsoft.graph.')) return plain;
  return plain
    .replaceAll(/\('((?:[^']|'')*)'\)/g, (_, key: string) => `/${key.replaceAll("''", "'")}`)
    .replaceAll(/\/microsoft\.graph\.(?=[A-Za-z])/g, '/');
}

/** Path and query of an address without scheme and host; a fragment, which no client should send, is dropped. */
export function splitUrl(url: string): { path: string; query: string } {
  const hash = url.indexOf('#');
  const address = hash === -1 ? url : url.slice(0, hash);
  const mark = address.indexOf('?');
  if (mark === -1) return { path: address, query: '' };
  return { path: address.slice(0, mark), query: address.slice(mark + 1) };
}
