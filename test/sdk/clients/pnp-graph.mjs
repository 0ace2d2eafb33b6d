import { GraphBrowser, graphfi } from '@pnp/graph';
import '@pnp/graph/batching.js';
import '@pnp/graph/cloud-communications/index.js';
import '@pnp/graph/users/index.js';
import { applicationToken, delegatedToken, report, task } from './task.mjs';

const { origin, app, user, colleague } = task;

/** @param {() => Promise<{ accessToken: string } | null>} acquire */
function graphWith(acquire) {
  const bearer = (instance) => {
    instance.on.auth.replace(async (url, init) => {
      init.headers = { ...init.headers, Authorization: `Bearer ${(await acquire())?.accessToken}` };
      return [url, init];
    });
    return instance;
  };
  // Not `graphfi(url)`: then a batch goes to an address without the version.
  return graphfi().using(GraphBrowser({ baseUrl: `${origin}/v1.0` }), bearer);
}

/** @param {Promise<unknown>} call */
async function failure(call) {
  try {
    await call;
    return null;
  } catch (error) {
    const { code, message } = (await error.response.json()).error;
    return { status: error.status, code, message };
  }
}

const graph = graphWith(applicationToken);
const presence = graph.users.getById(user).presence;
const seen = {};

await presence.setPresence({
  sessionId: app,
  availability: 'Busy',
  activity: 'InACall',
  expirationDuration: 'PT1H',
});
seen.set = await presence();

seen.bulk = await graph.communications.getPresencesByUserId([user, colleague]);

await presence.setPreferredPresence({
  availability: 'DoNotDisturb',
  activity: 'DoNotDisturb',
  expirationDuration: 'PT8H',
});
seen.preferred = await presence();
await presence.clearPreferredPresence();
seen.preferredCleared = await presence();

await presence.setStatusMessage({
  message: { content: 'Back at three', contentType: 'text' },
  expiryDateTime: { dateTime: '2099-10-18T17:05:33.2079781', timeZone: 'Pacific Standard Time' },
});
seen.statusMessage = (await presence()).statusMessage;

const [batch, execute] = graph.batched();
const ofUser = batch.users.getById(user).presence;
const ofColleague = batch.users.getById(colleague).presence;
const parts = {
  read: ofColleague(),
  set: ofUser.setPresence({ sessionId: app, availability: 'DoNotDisturb', activity: 'Presenting' }),
  clear: ofColleague.clearPresence(app),
  wrong: ofUser.setPresence({ sessionId: app }),
};
const settled = Promise.allSettled(Object.values(parts));
await execute();
seen.batch = {};
for (const [index, { status, value, reason }] of (await settled).entries()) {
  seen.batch[Object.keys(parts)[index]] =
    status === 'fulfilled'
      ? { status: 200, body: value }
      : { status: reason.status, body: await reason.response.json() };
}
seen.batched = await presence();

await presence.clearPresence(app);
seen.cleared = await presence();
seen.clearedTwice = await failure(presence.clearPresence(app));

const signedIn = graphWith(delegatedToken);
await signedIn.me.presence.setPresence({ sessionId: app, availability: 'Away', activity: 'Away' });
seen.me = await signedIn.me.presence();
await signedIn.me.presence.clearPresence(app);
seen.meCleared = await signedIn.me.presence();
seen.setSomeoneElse = await failure(
  signedIn.users
    .getById(colleague)
    .presence.setPresence({ sessionId: app, availability: 'Away', activity: 'Away' }),
);

report(seen);
