/** Pages of which origins may call from a browser: all, or those that match. */
export type Cors = '*' | RegExp;

/** What a page may read of an answer beyond the usual. */
export const EXPOSED_HEADERS = [
  'etag',
  'request-id',
  'client-request-id',
  'retry-after',
  'etag',
  'location',
  'preference-applied',
  'porchlight-additions',
  'porchlight-effect',
  'porchlight-fault',
  'porchlight-stale-ms',
];

export const ALLOWED_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

const exposed = ['access-control-expose-headers', EXPOSED_HEADERS.join(', ')];

/** The headers by which a browser lets a page of `origin` read an answer; names and values in turn. */
export function corsHeaders(origin: string | undefined, cors: Cors): string[] {
  if (cors === '*') {
    return origin === undefined ? [] : ['access-control-allow-origin', '*', ...exposed];
  }
  if (origin === undefined || !cors.test(origin)) return ['vary', 'Origin'];
  return ['access-control-allow-origin', origin, 'vary', 'Origin', ...exposed];
}
