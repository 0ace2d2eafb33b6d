import type { Clock } from '../clock.ts';
import type { ClientOptions } from './porchlight.ts';
import type { IssuedToken } from './tokens.ts';

export interface ClientOptionsParts {
  /** With HTTPS. */
  readonly graphUrl: string;
  readonly fetchOptions: RequestInit;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly token: () => Promise<IssuedToken>;
}

/** What points Microsoft's client at `graphUrl`, with tokens that are good whenever it asks for one. */
export function clientOptions({
  graphUrl,
  fetchOptions,
  clock,
  token,
}: ClientOptionsParts): ClientOptions {
  let last: (IssuedToken & { readonly atMs: number }) | undefined;

  return {
    baseUrl: graphUrl,
    // The client would keep its token to itself.
    customHosts: new Set([new URL(graphUrl).hostname]),
    authProvider: {
      async getAccessToken() {
        const atMs = clock.nowMs();
        // The clock may have been set back since: then the last one isn't good yet.
        if (last?.atMs !== atMs) last = { ...(await token()), atMs };
        return last.token;
      },
    },
    fetchOptions,
  };
}
