import type { Request } from 'autocannon';
import { APP } from '../users.ts';

const AVAILABLE = { availability: 'Available', activity: 'Available' };
export const IN_A_CALL = { availability: 'Busy', activity: 'InACall' };

function session(pair: typeof AVAILABLE) {
  return { sessionId: APP, ...pair, expirationDuration: 'PT1H' };
}

export function headers(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
}

/** A keep-alive of each user: the same session set again. */
export function keepAlives(users: readonly string[], token: string): Request[] {
  const body = JSON.stringify(session(AVAILABLE));
  return users.map((user) => ({
    method: 'POST',
    path: `/v1.0/users/${user}/presence/setPresence`,
    headers: headers(token),
    body,
  }));
}

/** The same keep-alives, so many in each `$batch`. */
export function keepAliveBatches(
  users: readonly string[],
  token: string,
  { inEach, pair = AVAILABLE }: { readonly inEach: number; readonly pair?: typeof AVAILABLE },
): Request[] {
  return slices(users, inEach).map((slice) => ({
    method: 'POST',
    path: '/v1.0/$batch',
    headers: headers(token),
    body: JSON.stringify({
      requests: slice.map((user, index) => ({
        id: String(index + 1),
        method: 'POST',
        url: `/users/${user}/presence/setPresence`,
        headers: { 'Content-Type': 'application/json' },
        body: session(pair),
      })),
    }),
  }));
}

export function reads(users: readonly string[], token: string): Request[] {
  return users.map((user) => ({
    method: 'GET',
    path: `/v1.0/users/${user}/presence`,
    headers: { authorization: `Bearer ${token}` },
  }));
}

export function bulkRead(users: readonly string[], token: string): Request {
  return {
    method: 'POST',
    path: '/v1.0/communications/getPresencesByUserId',
    headers: headers(token),
    body: JSON.stringify({ ids: users }),
  };
}

export function slices<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
