import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { RequestIds } from '../graph/error.ts';

/** Printable ASCII, bounded: it is given back in a header. */
const CLIENT_ID = /^[\x21-\x7e]{1,128}$/;

/** Makes the id under which the log knows a request. */
export function newRequestId(): string {
  return randomUUID();
}

/** The ids of a request: our own, and the caller's if it sent a usable one, else our own again. */
export function requestIds(requestId: string, headers: IncomingHttpHeaders): RequestIds {
  const given = headers['client-request-id'];
  const usable = typeof given === 'string' && CLIENT_ID.test(given);
  return { requestId, clientRequestId: usable ? given : requestId };
}
