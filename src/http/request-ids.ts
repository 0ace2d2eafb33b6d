import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { RequestIds } from '../graph/error.ts';

/** Printable ASCII, bounded: it is given back in a header. */
const CLIENT_ID = /^[\x21-\x7e]{1,128}$/;

/** A GUID of this process, without its last group: that one counts the requests. */
const prefix = randomUUID().slice(0, -12);
let count = 0;

/** Makes the id under which the log knows a request. It need not be hard to guess, only its own. */
export function newRequestId(): string {
  count += 1;
  return prefix + count.toString(16).padStart(12, '0');
}

/** The ids of a request: our own, and the caller's if it sent a usable one, else our own again. */
export function requestIds(requestId: string, headers: IncomingHttpHeaders): RequestIds {
  const given = headers['client-request-id'];
  const usable = typeof given === 'string' && CLIENT_ID.test(given);
  return { requestId, clientRequestId: usable ? given : requestId };
}
