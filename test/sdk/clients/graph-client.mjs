import { BatchRequestContent, BatchResponseContent } from '@microsoft/microsoft-graph-client';
import { clientWith } from './client-with.mjs';
import { applicationToken, delegatedToken, report, task } from './task.mjs';

const { origin, app, user, colleague } = task;

/** @param {Promise<unknown>} call */
async function failure(call) {
  try {
    await call;
    return null;
  } catch (error) {
    return { status: error.statusCode, code: error.code, message: error.message };
  }
}

const daemon = clientWith(applicationToken);
const presence = (id = user) => `/users/${id}/presence`;
const get = async () => daemon.api(presence()).get();
const seen = {};

await daemon.api(`${presence()}/setPresence`).post({
  sessionId: app,
  availability: 'Busy',
  activity: 'InACall',
  expirationDuration: 'PT1H',
});
seen.set = await get();

const bulk = await daemon
  .api('/communications/getPresencesByUserId')
  .post({ ids: [user, colleague] });
seen.bulk = bulk.value;

await daemon.api(`${presence()}/setUserPreferredPresence`).post({
  availability: 'DoNotDisturb',
  activity: 'DoNotDisturb',
  expirationDuration: 'PT8H',
});
seen.preferred = await get();
await daemon.api(`${presence()}/clearUserPreferredPresence`).post({});
seen.preferredCleared = await get();

await daemon.api(`${presence()}/setStatusMessage`).post({
  statusMessage: {
    message: { content: 'Back at three', contentType: 'text' },
    expiryDateTime: { dateTime: '2099-10-18T17:05:33.2079781', timeZone: 'Pacific Standard Time' },
  },
});
seen.statusMessage = (await get()).statusMessage;

// As in Microsoft's sample: without the version, which this client doesn't strip.
const jsonPost = (path, body) =>
  new Request(`${origin}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const batch = new BatchRequestContent([
  { id: 'read', request: new Request(`${origin}${presence(colleague)}`) },
  {
    id: 'set',
    request: jsonPost(`${presence()}/setPresence`, {
      sessionId: app,
      availability: 'DoNotDisturb',
      activity: 'Presenting',
    }),
  },
  {
    id: 'clear',
    request: jsonPost(`${presence(colleague)}/clearPresence`, { sessionId: app }),
  },
  { id: 'wrong', request: jsonPost(`${presence()}/setPresence`, { sessionId: app }) },
]);
const answers = new BatchResponseContent(
  await daemon.api('/$batch').post(await batch.getContent()),
);
seen.batch = {};
for (const [id, response] of answers.getResponses()) {
  const text = await response.text();
  seen.batch[id] = { status: response.status, body: text === '' ? null : JSON.parse(text) };
}
seen.batched = await get();

await daemon.api(`${presence()}/clearPresence`).post({ sessionId: app });
seen.cleared = await get();
seen.clearedTwice = await failure(
  daemon.api(`${presence()}/clearPresence`).post({ sessionId: app }),
);

const signedIn = clientWith(delegatedToken);
await signedIn.api('/me/presence/setPresence').post({
  sessionId: app,
  availability: 'Away',
  activity: 'Away',
});
seen.me = await signedIn.api('/me/presence').get();
await signedIn.api('/me/presence/clearPresence').post({ sessionId: app });
seen.meCleared = await signedIn.api('/me/presence').get();
seen.setSomeoneElse = await failure(
  signedIn.api(`${presence(colleague)}/setPresence`).post({
    sessionId: app,
    availability: 'Away',
    activity: 'Away',
  }),
);

report(seen);
