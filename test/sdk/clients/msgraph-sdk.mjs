import {
  AllowedHostsValidator,
  BaseBearerTokenAuthenticationProvider,
  Duration,
  HttpMethod,
  RequestInformation,
} from '@microsoft/kiota-abstractions';
import { createGraphServiceClient, GraphRequestAdapter } from '@microsoft/msgraph-sdk';
import { createPresenceCollectionResponseFromDiscriminatorValue } from '@microsoft/msgraph-sdk/models/index.js';
import { createODataErrorFromDiscriminatorValue } from '@microsoft/msgraph-sdk/models/oDataErrors/index.js';
import '@microsoft/msgraph-sdk-users';
import { applicationToken, delegatedToken, report, task } from './task.mjs';

const { origin, app, user, colleague } = task;

/** @param {() => Promise<{ accessToken: string } | null>} acquire */
function adapterWith(acquire) {
  const hosts = new AllowedHostsValidator(new Set([new URL(origin).hostname]));
  const adapter = new GraphRequestAdapter(
    new BaseBearerTokenAuthenticationProvider({
      getAllowedHostsValidator: () => hosts,
      async getAuthorizationToken(url) {
        return hosts.isUrlHostValid(url) ? ((await acquire())?.accessToken ?? '') : '';
      },
    }),
  );
  adapter.baseUrl = `${origin}/v1.0`;
  return adapter;
}

/** @param {Promise<unknown>} call */
async function failure(call) {
  try {
    await call;
    return null;
  } catch (error) {
    const { code, message } = error.errorEscaped ?? error;
    return { status: error.responseStatusCode, code, message };
  }
}

const adapter = adapterWith(applicationToken);
const { users } = createGraphServiceClient(adapter);
const { presence } = users.byUserId(user);
const seen = {};

await presence.setPresence.post({
  sessionId: app,
  availability: 'Busy',
  activity: 'InACall',
  expirationDuration: Duration.parse('PT1H'),
});
seen.set = await presence.get();

// The builders below `communications` are a package of their own; the adapter sends any request.
const bulk = new RequestInformation(
  HttpMethod.POST,
  '{+baseurl}/communications/getPresencesByUserId',
  {
    baseurl: adapter.baseUrl,
  },
);
bulk.headers.add('Accept', 'application/json');
bulk.setContentFromParsable(adapter, 'application/json', {}, (writer) =>
  writer.writeCollectionOfPrimitiveValues('ids', [user, colleague]),
);
const presences = await adapter.send(bulk, createPresenceCollectionResponseFromDiscriminatorValue, {
  // Its adapter's own name for every status from 400 on.
  XXX: createODataErrorFromDiscriminatorValue,
});
seen.bulk = presences?.value;

await presence.setUserPreferredPresence.post({
  availability: 'DoNotDisturb',
  activity: 'DoNotDisturb',
  expirationDuration: Duration.parse('PT8H'),
});
seen.preferred = await presence.get();
await presence.clearUserPreferredPresence.post();
seen.preferredCleared = await presence.get();

await presence.setStatusMessage.post({
  statusMessage: {
    message: { content: 'Back at three', contentType: 'text' },
    expiryDateTime: { dateTime: '2099-10-18T17:05:33.2079781', timeZone: 'Pacific Standard Time' },
  },
});
seen.statusMessage = (await presence.get())?.statusMessage;

await presence.clearPresence.post({ sessionId: app });
seen.cleared = await presence.get();
seen.clearedTwice = await failure(presence.clearPresence.post({ sessionId: app }));

const { me, users: others } = createGraphServiceClient(adapterWith(delegatedToken));
await me.presence.setPresence.post({ sessionId: app, availability: 'Away', activity: 'Away' });
seen.me = await me.presence.get();
await me.presence.clearPresence.post({ sessionId: app });
seen.meCleared = await me.presence.get();
seen.setSomeoneElse = await failure(
  others.byUserId(colleague).presence.setPresence.post({
    sessionId: app,
    availability: 'Away',
    activity: 'Away',
  }),
);

report(seen);
