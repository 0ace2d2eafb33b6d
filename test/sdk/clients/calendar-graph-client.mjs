import { Client, PageIterator } from '@microsoft/microsoft-graph-client';

/**
 * Makes a series in somebody's calendar with Microsoft's client, changes one occurrence, reads a view page by
 * page, and prints what it saw. Its first argument is JSON.
 *
 * @typedef {object} Task
 * @property {string} origin `https://localhost:PORT`, whose certificate NODE_EXTRA_CA_CERTS makes trusted
 * @property {string} token
 * @property {string} user object id
 * @property {object} series the body of a new event
 * @property {object} change what becomes of its second occurrence
 * @property {string} view the query of the view
 */

/** @type {Task} */
const { origin, token, user, series, change, view } = JSON.parse(process.argv[2] ?? '{}');

const client = Client.initWithMiddleware({
  baseUrl: origin,
  customHosts: new Set([new URL(origin).hostname]),
  authProvider: { getAccessToken: async () => token },
});

/** Every page of the view, in the zone that the reader prefers. */
async function viewed() {
  const headers = { Prefer: 'outlook.timezone="Europe/Berlin"' };
  const first = await client
    .api(`/users/${user}/calendarView?${view}`)
    .headers(headers)
    .top(3)
    .get();
  const seen = [];
  const iterator = new PageIterator(
    client,
    first,
    ({ id, subject, start }) => {
      seen.push({ id, subject, start });
      return true;
    },
    { headers },
  );
  await iterator.iterate();
  return seen;
}

const made = await client.api(`/users/${user}/events`).post(series);
const [, second] = await viewed();
await client.api(`/users/${user}/events/${second.id}`).patch(change);
const events = await viewed();
process.stdout.write(`${JSON.stringify({ made, events })}\n`);
