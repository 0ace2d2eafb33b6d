import { GraphError } from '../graph/error.ts';
import { type Addresses, HANDSHAKE_TIMEOUT_MS, type Handshake } from './handshake.ts';

/** Validation requests that one application of a tenant may have under way at a time. */
const MOST_HANDSHAKES = 20;

/** A handshake on behalf of an application: nobody can make this server call others by the thousand. */
export type GatedHandshake = (
  app: { readonly tenantId: string; readonly appId: string },
  addresses: Addresses,
) => Promise<void>;

/** @throws GraphError 429 when the application has as many under way as it may */
export function createHandshakeGate(handshake: Handshake): GatedHandshake {
  const underway = new Map<string, number>();

  return async ({ tenantId, appId }, addresses) => {
    const key = `${tenantId}/${appId}`;
    const count = underway.get(key) ?? 0;
    if (count >= MOST_HANDSHAKES) {
      throw new GraphError(
        429,
        'TooManyRequests',
        `The application has ${MOST_HANDSHAKES} subscriptions being validated, which are the most.`,
        { 'retry-after': String(HANDSHAKE_TIMEOUT_MS / 1000) },
      );
    }
    underway.set(key, count + 1);
    try {
      await handshake(addresses);
    } finally {
      const left = (underway.get(key) ?? 1) - 1;
      if (left === 0) underway.delete(key);
      else underway.set(key, left);
    }
  };
}
