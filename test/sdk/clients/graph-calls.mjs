import { Client } from '@microsoft/microsoft-graph-client';

/**
 * Microsoft's client as somebody else's hand: carries out calls one after another, and prints what came
 * of each. Its first argument is JSON.
 *
 * @typedef {object} Calls
 * @property {string} origin `https://localhost:PORT`, whose certificate NODE_EXTRA_CA_CERTS makes trusted
 * @property {string} token
 * @property {{ method: 'get' | 'post' | 'patch' | 'delete', path: string, body?: unknown }[]} calls
 */

/** @type {Calls} */
const { origin, token, calls } = JSON.parse(process.argv[2] ?? '{}');

const client = Client.initWithMiddleware({
  baseUrl: origin,
  customHosts: new Set([new URL(origin).hostname]),
  authProvider: { getAccessToken: async () => token },
});

const seen = [];
for (const { method, path, body } of calls) {
  try {
    seen.push((await client.api(path)[method](body)) ?? null);
  } catch ({ statusCode, code, message }) {
    seen.push({ failed: { statusCode, code, message } });
  }
}
process.stdout.write(`${JSON.stringify(seen)}\n`);
