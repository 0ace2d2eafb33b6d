import { randomUUID } from 'node:crypto';
import { BatchRequestContent, BatchResponseContent } from '@microsoft/microsoft-graph-client';
import { clientWith } from './client-with.mjs';
import { failure, hasty, order, struck } from './faults.mjs';
import { applicationToken, report, task } from './task.mjs';

/** Microsoft's client meets each fault of requests by itself, and prints what it made of it. */

const token = await applicationToken();
const client = clientWith(async () => token);
const seen = {};

/** Each fault has a user of its own: they strike at the same time, and not each other. */
function somebody() {
  const user = randomUUID();
  return {
    user,
    set: (options = {}) => {
      const request = client.api(`/users/${user}/presence/setPresence`).middlewareOptions(hasty());
      return request.options(options).post({
        sessionId: task.app,
        availability: 'Busy',
        activity: 'InACall',
        expirationDuration: 'PT1H',
      });
    },
    // Nobody knows a user about whom nothing was said.
    shown: () =>
      client
        .api(`/users/${user}/presence`)
        .get()
        .then(
          ({ activity }) => activity,
          ({ statusCode }) => statusCode,
        ),
  };
}

/** One write under a fault: how it failed if it did, how long it took, what was struck and what shows then. */
async function write(fault, options) {
  const { user, set, shown } = somebody();
  const rule = await order({ ...fault, operation: 'setPresence', user });
  const beganMs = performance.now();
  const failed = await failure(set(options));
  const tookMs = performance.now() - beganMs;
  const shows = await shown();
  const times = await struck(rule);
  return { failed, tookMs, struck: times, shows, again: await failure(set()) };
}

const ERROR = { fault: 'error', retryAfter: 0 };
const kinds = {
  429: () => write({ ...ERROR, status: 429, times: 3 }),
  503: () => write({ ...ERROR, status: 503, times: 3 }),
  504: () => write({ ...ERROR, status: 504, times: 3 }),
  'with a second to wait': () => write({ ...ERROR, status: 429, retryAfter: 1, times: 1 }),
  'without Retry-After': () => write({ fault: 'error', status: 503, times: 1 }),
  'more often than it retries': () => write({ ...ERROR, status: 503, times: 4 }),
  500: () => write({ ...ERROR, status: 500, times: 1 }),
  502: () => write({ ...ERROR, status: 502, times: 1 }),
  'carried out': () => write({ ...ERROR, status: 504, times: 1, carriedOut: true }),
  dropped: () => write({ fault: 'drop', times: 1 }),
  'dropped, carried out': () => write({ fault: 'drop', times: 1, carriedOut: true }),
  latency: () => write({ fault: 'latency', latencyMs: 300, times: 1 }),
  'latency, without patience': () =>
    write({ fault: 'latency', latencyMs: 2000, times: 1 }, { signal: AbortSignal.timeout(100) }),
};

/** A POST that is no repetition in itself: the middleware sends it again after it was carried out. */
async function event(transactionId) {
  const { user } = somebody();
  await order({
    ...ERROR,
    status: 504,
    user,
    operation: 'createEvent',
    times: 1,
    carriedOut: true,
  });
  const at = (hour) => ({ dateTime: `2030-01-07T${hour}:00:00`, timeZone: 'UTC' });
  const made = client
    .api(`/users/${user}/events`)
    .post({ subject: 'Planning', start: at('09'), end: at('10'), ...transactionId });
  const failed = await failure(made);
  return { failed, events: (await client.api(`/users/${user}/events`).get()).value.length };
}

async function batch() {
  const [one, other] = [somebody(), somebody()];
  await order({ ...ERROR, status: 429, retryAfter: 7, user: one.user, times: 1 });
  await order({ fault: 'drop', user: other.user, times: 1 });
  const read = (user) => new Request(`${task.origin}/users/${user}/presence`);
  const content = new BatchRequestContent([
    { id: 'throttled', request: read(one.user) },
    { id: 'dropped', request: read(other.user) },
    { id: 'well', request: read(task.user) },
  ]);
  const answer = await client.api('/$batch').post(await content.getContent());
  const responses = [...new BatchResponseContent(answer).getResponses()];
  return Object.fromEntries(
    responses.map(([id, { status, headers }]) => [
      id,
      { status, retryAfter: headers.get('retry-after') },
    ]),
  );
}

await Promise.all([
  ...Object.entries(kinds).map(async ([name, meet]) => {
    seen[name] = await meet();
  }),
  event({}).then((outcome) => {
    seen.event = outcome;
  }),
  event({ transactionId: randomUUID() }).then((outcome) => {
    seen.eventOnce = outcome;
  }),
  batch().then((outcome) => {
    seen.batch = outcome;
  }),
]);
report(seen);
