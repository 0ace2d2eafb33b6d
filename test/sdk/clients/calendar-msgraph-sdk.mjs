import {
  AllowedHostsValidator,
  BaseBearerTokenAuthenticationProvider,
} from '@microsoft/kiota-abstractions';
import { createGraphServiceClient, GraphRequestAdapter } from '@microsoft/msgraph-sdk';
import '@microsoft/msgraph-sdk-users';

/**
 * Makes a series in somebody's calendar with Microsoft's generated client, whose models have types, answers an
 * invitation, reads a view, and prints what it saw. Its first argument is JSON.
 *
 * @typedef {object} Task
 * @property {string} origin `https://localhost:PORT`, whose certificate NODE_EXTRA_CA_CERTS makes trusted
 * @property {string} token
 * @property {string} user object id
 * @property {object} series the body of a new event
 * @property {object} invitation the body of another one
 * @property {{ startDateTime: string, endDateTime: string }} view
 */

/** @type {Task} */
const { origin, token, user, series, invitation, view } = JSON.parse(process.argv[2] ?? '{}');

const hosts = new AllowedHostsValidator(new Set([new URL(origin).hostname]));
const adapter = new GraphRequestAdapter(
  new BaseBearerTokenAuthenticationProvider({
    getAllowedHostsValidator: () => hosts,
    getAuthorizationToken: async () => token,
  }),
);
adapter.baseUrl = `${origin}/v1.0`;
const calendar = createGraphServiceClient(adapter).users.byUserId(user);

const made = await calendar.events.post(series);
const invited = await calendar.events.post(invitation);
await calendar.events
  .byEventId(invited.id)
  .accept.post({ comment: 'I am coming', sendResponse: true });
const { value } = await calendar.calendarView.get({
  queryParameters: { ...view, select: ['subject', 'start', 'showAs', 'responseStatus'] },
});
await calendar.events.byEventId(made.id).patch({ ...made, subject: 'All of it sent back' });
const again = await calendar.events.byEventId(made.id).get();
await calendar.events.byEventId(made.id).delete();
process.stdout.write(`${JSON.stringify({ made, value, again })}\n`);
