import { Client } from '@microsoft/microsoft-graph-client';
import { task } from './task.mjs';

const { origin } = task;

/**
 * Microsoft's client, unchanged, with tokens of one kind.
 *
 * @param {() => Promise<{ accessToken: string } | null>} acquire
 */
export function clientWith(acquire) {
  return Client.initWithMiddleware({
    baseUrl: origin,
    customHosts: new Set([new URL(origin).hostname]),
    authProvider: {
      async getAccessToken() {
        return (await acquire())?.accessToken ?? '';
      },
    },
  });
}
