import { ConfidentialClientApplication, PublicClientApplication } from '@azure/msal-node';

/**
 * What a client program is asked to do, as JSON in its first argument.
 *
 * @typedef {object} Task
 * @property {string} origin `https://localhost:PORT`, whose certificate NODE_EXTRA_CA_CERTS makes trusted
 * @property {string} tenant
 * @property {string} app client id
 * @property {string} user object id of the user whose presence is set
 * @property {string} userName the same user's principal name, to sign in with
 * @property {string} colleague object id of another user of the tenant
 */

/** @type {Task} */
export const task = JSON.parse(process.argv[2] ?? '{}');

const auth = {
  clientId: task.app,
  authority: `${task.origin}/${task.tenant}`,
  // Otherwise MSAL asks Microsoft whether it knows this authority.
  knownAuthorities: [new URL(task.origin).host],
};

/** An application token, as a daemon gets one. */
export function applicationToken() {
  return new ConfidentialClientApplication({
    auth: { ...auth, clientSecret: 'any in dev' },
  }).acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'] });
}

/** A delegated token, for the user of the task unless another is named. */
export function delegatedToken(
  username = task.userName,
  scopes = ['Presence.ReadWrite', 'Presence.Read.All'],
) {
  return new PublicClientApplication({ auth }).acquireTokenByUsernamePassword({
    scopes,
    username,
    password: 'any in dev',
  });
}

/**
 * A delegated token that ends soon, asked for by hand: MSAL has no word for how long.
 *
 * @param {string} ttl ISO 8601 duration
 */
export async function shortLivedToken(ttl) {
  const response = await fetch(`${task.origin}/${task.tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: task.app,
      username: task.userName,
      password: 'any in dev',
      scope: 'Presence.Read.All',
      ttl,
    }),
  });
  return { accessToken: (await response.json()).access_token };
}

/**
 * Prints what the client saw, for the test.
 *
 * @param {Record<string, unknown>} seen
 */
export function report(seen) {
  process.stdout.write(`${JSON.stringify(seen)}\n`);
}
