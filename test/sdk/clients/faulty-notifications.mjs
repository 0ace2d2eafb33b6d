import { randomUUID } from 'node:crypto';
import { clientWith } from './client-with.mjs';
import { callOffAll, failure, hasty, order, ordered, persistently } from './faults.mjs';
import { applicationToken, delegatedToken, report, task } from './task.mjs';
import { openTlsReceiver } from './tls-receiver.mjs';

/**
 * An application that keeps a model of who is what from notifications, with Microsoft's client, while they and its
 * requests go wrong; it prints what it knew, and when. Beside what every task has: `keyPath` and `certPath` of the
 * receiver's TLS.
 */

const [forDaemon, forUser] = await Promise.all([applicationToken(), delegatedToken()]);
const api = (client, path) => client.api(path).middlewareOptions(hasty());
const daemon = clientWith(async () => forDaemon);
const signedIn = clientWith(async () => forUser);

const users = Array.from({ length: 4 }, () => randomUUID());
const STATES = ['InACall', 'InAConferenceCall'];

const set = (user, activity) =>
  persistently(() =>
    api(daemon, `/users/${user}/presence/setPresence`).post({
      sessionId: task.app,
      availability: 'Busy',
      activity,
      expirationDuration: 'PT1H',
    }),
  );

/** What a read says of them, by user. */
async function read(ids) {
  const { value } = await persistently(() =>
    api(signedIn, '/communications/getPresencesByUserId').post({ ids }),
  );
  return Object.fromEntries(value.map(({ id, activity }) => [id, activity]));
}

const model = {};
/** One read after the other: an older one must not come last. */
let reading = Promise.resolve();
let missed = 0;
const received = [];

function refresh(ids) {
  reading = reading.then(async () => Object.assign(model, await read(ids)));
  return reading;
}

const receiver = await openTlsReceiver(task, (path, items) => {
  if (path === '/lifecycle')
    missed += items.filter((each) => each.lifecycleEvent === 'missed').length;
  else {
    received.push(...items.map(({ id }) => id));
    void refresh(items.map(({ resourceData }) => resourceData.id));
  }
});

/** Sees to it that there is a subscription, whatever became of the last one and of the requests about it. */
async function subscribe() {
  const expirationDateTime = new Date(Date.now() + 50 * 60_000).toISOString();
  const list = users.map((user) => `'${user}'`).join(',');
  for (let tries = 0; tries < 20; tries++) {
    const { value } = await persistently(() => api(signedIn, '/subscriptions').get());
    const [known] = value;
    const asked = persistently(() =>
      known
        ? api(signedIn, `/subscriptions/${known.id}`).patch({ expirationDateTime })
        : api(signedIn, '/subscriptions').post({
            changeType: 'updated',
            notificationUrl: `${receiver.origin}/changes`,
            lifecycleNotificationUrl: `${receiver.origin}/lifecycle`,
            resource: `/communications/presences?$filter=id in (${list})`,
            expirationDateTime,
          }),
    );
    // Gone in the meantime, or made by a request whose answer was lost: the list knows.
    if ((await failure(asked)) === null) return;
  }
  throw new Error('no subscription could be had');
}

/** What an application does now and then, and when it hears of `missed`: all is right again whatever was lost. */
async function resync() {
  await subscribe();
  await refresh(users);
}

async function until(holds) {
  const endMs = performance.now() + 15_000;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`it did not come about: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const over = async () => (await ordered()).every(({ isOver }) => isOver);
const isRight = async () => {
  await reading;
  return JSON.stringify(sorted(model)) === JSON.stringify(sorted(await read(users)));
};
const sorted = (states) => Object.entries(states).sort();

/** One notification goes wrong; whether the model knows of that change once it knows of the next one. */
async function alone(fault) {
  received.length = 0;
  await order({ ...fault, user: users[0], times: 1 });
  await set(users[0], STATES[1]);
  await until(over);
  await set(users[1], STATES[1]);
  await until(() => model[users[1]] === STATES[1]);
  return model[users[0]] === STATES[1];
}

async function backToStart() {
  await callOffAll();
  for (const user of users) await set(user, STATES[0]);
  await resync();
  await until(isRight);
}

const seen = { mixes: [] };

await backToStart();
seen.lost = { knew: await alone({ fault: 'lose' }) };
await resync();
seen.lost.isRight = await isRight();

await backToStart();
seen.missed = { knew: await alone({ fault: 'lose', announced: true }) };
await until(() => missed === 1);
await resync();
seen.missed.isRight = await isRight();

await backToStart();
await alone({ fault: 'duplicate', delay: 'PT0.1S' });
await until(() => received.length > new Set(received).size);
seen.duplicated = { isRight: await isRight() };

await backToStart();
await alone({ fault: 'delay', delay: 'PT0.3S', overtaken: true });
await until(() => model[users[0]] === STATES[1]);
seen.late = { isRight: await isRight() };

await backToStart();
await order({ fault: 'expire', whenTouched: true, user: users[0], times: 1 });
await set(users[0], STATES[1]);
await until(over);
await set(users[1], STATES[1]);
seen.expired = { knew: [users[0], users[1]].some((user) => model[user] === STATES[1]) };
await resync();
seen.expired.isRight = await isRight();
await set(users[2], STATES[1]);
await until(() => model[users[2]] === STATES[1]);

/** Everything at once, as the seed has it, while the application goes about its business. */
async function mix(seed) {
  await backToStart();
  const chance = (fault, probability, about = {}) =>
    order({ ...fault, ...about, probability, seed });
  const error = { fault: 'error', retryAfter: 0 };
  for (const status of [429, 503, 504]) await chance({ ...error, status }, 0.1);
  await chance({ ...error, status: 504, carriedOut: true }, 0.1);
  for (const status of [500, 502]) await chance({ fault: 'error', status }, 0.05);
  await chance({ fault: 'drop' }, 0.05);
  await chance({ fault: 'drop', carriedOut: true }, 0.1);
  await chance({ fault: 'latency', latencyMs: 20 }, 0.2);
  await chance({ fault: 'expire', whenTouched: true, announced: false }, 0.03);
  await chance({ fault: 'lose' }, 0.3);
  await chance({ fault: 'duplicate', delay: 'PT0.05S' }, 0.3);
  await chance({ fault: 'delay', delay: 'PT0.05S', overtaken: true }, 0.2);
  await chance({ fault: 'delay', delay: 'PT0.05S' }, 0.1);

  const day = String(seed).padStart(2, '0');
  const at = (hour) => ({ dateTime: `2030-01-${day}T${hour}:00:00`, timeZone: 'UTC' });
  for (let step = 0; step < 24; step++) {
    await set(users[step % users.length], STATES[((step >> 2) % 2) ^ 1]);
    if (step % 8 !== 0) continue;
    await subscribe();
    const event = {
      subject: 'Planning',
      start: at('09'),
      end: at('10'),
      transactionId: randomUUID(),
    };
    await persistently(() => api(daemon, `/users/${users[0]}/events`).post(event));
  }
  await resync();
  const right = await isRight();
  const struck = {};
  for (const { fault, struck: times } of await ordered())
    struck[fault] = (struck[fault] ?? 0) + times;
  await callOffAll();
  const filter = `start/dateTime ge '2030-01-${day}T00:00' and end/dateTime le '2030-01-${day}T23:00'`;
  const { value } = await api(daemon, `/users/${users[0]}/events`).filter(filter).get();
  return { isRight: right, isRightAfterwards: await isRight(), struck, events: value.length };
}

for (const seed of task.seeds) seen.mixes.push(await mix(seed));

for (const { id } of (await api(signedIn, '/subscriptions').get()).value) {
  await api(signedIn, `/subscriptions/${id}`).delete();
}

receiver.close();
report(seen);
