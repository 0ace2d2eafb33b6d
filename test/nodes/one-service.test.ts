import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../until.ts';
import { type EventStream, openEvents } from '../wire/events.ts';
import { everyonesMessages, messagePath, statusMessage } from './api.ts';
import { type CallParameters, type Cluster, startCluster, USERS } from './cluster.ts';

// Three servers on one Redis look like one: it makes no difference which of them is asked.

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster?.close());

const ALL = `?ids=${USERS.join(',')}`;

/** A stream by one of the nodes. */
function watch(at: number, lastEventId?: string): Promise<EventStream> {
  return openEvents(`${cluster.nodes[at]?.origin}/porchlight/presences/stream${ALL}`, {
    token: cluster.token,
    ...(lastEventId !== undefined && { headers: { 'last-event-id': lastEventId } }),
  });
}

async function watchOn(at: number): Promise<EventStream> {
  const stream = await watch(at);
  expect(await stream.next()).toMatchObject({ event: 'snapshot' });
  return stream;
}

const heard = ({ text }: EventStream, word: string) => text.includes(`"content":"${word}"`);

test('a subscription made by one is there at once by the others, and a change by a third is notified', async () => {
  const made = await cluster.call(
    0,
    'POST',
    '/v1.0/subscriptions',
    everyonesMessages(cluster.receiver.origin),
  );
  expect(made.status).toBe(201);
  const path = `/v1.0/subscriptions/${made.body.id}`;
  const [listed, read] = await Promise.all([
    cluster.call(1, 'GET', '/v1.0/subscriptions'),
    cluster.call(1, 'GET', path),
  ]);
  expect(listed.body.value).toMatchObject([{ id: made.body.id }]);
  expect(read.status).toBe(200);

  for (const userId of USERS) await cluster.say(2, userId, 'said by the third');
  await until(() => cluster.notified().length === USERS.length);
  expect(new Set(cluster.notified().map(({ userId }) => userId))).toEqual(new Set(USERS));

  const expirationDateTime = new Date(Date.now() + 55 * 60_000).toISOString();
  const renewed = await cluster.call(1, 'PATCH', path, { expirationDateTime });
  expect(renewed.status).toBe(200);
  const again = await cluster.call(2, 'GET', path);
  expect(Date.parse(again.body.expirationDateTime)).toBe(Date.parse(expirationDateTime));
  expect((await cluster.call(1, 'DELETE', path)).status).toBe(204);
  expect((await cluster.call(0, 'GET', path)).status).toBe(404);
  expect((await cluster.call(2, 'GET', '/v1.0/subscriptions')).body.value).toEqual([]);
});

test('a stream of one hears of changes by the others, and goes on by another', async () => {
  const first = await watchOn(0);
  await cluster.say(1, USERS[3] ?? '', 'by the second');
  await cluster.say(2, USERS[4] ?? '', 'by the third');
  await first.until((stream) => heard(stream, 'by the second') && heard(stream, 'by the third'));
  const { lastEventId } = first;
  await first.until((stream) => stream.lastEventId !== '');
  first.hangUp();
  await cluster.say(2, USERS[5] ?? '', 'while away');

  const second = await watch(1, lastEventId);
  await cluster.say(0, USERS[6] ?? '', 'and after');
  await second.until((stream) => heard(stream, 'while away') && heard(stream, 'and after'));
  expect(second.text).not.toContain('event: snapshot');
  second.hangUp();
});

test('a stream hears of changes though the hints are lost', async () => {
  const stream = await watchOn(0);
  const { raw } = cluster.redis;
  const delaysMs: number[] = [];
  for (const [at, userId] of USERS.slice(0, 6).entries()) {
    const word = `without a hint ${at}`;
    let isOver = false;
    const cut = async () => {
      while (!isOver) await raw.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    };
    const cutting = cut();
    const saidMs = performance.now();
    await cluster.say(1 + (at % 2), userId, word);
    await until(() => heard(stream, word)).finally(() => {
      isOver = true;
    });
    delaysMs.push(performance.now() - saidMs);
    await cutting;
  }
  const longestMs = Math.round(Math.max(...delaysMs));
  console.log(`a change whose hint may be lost was told after ${longestMs} ms at most`);
  expect(longestMs).toBeLessThan(2500);
  expect(stream.isClosed).toBe(false);
  stream.hangUp();
});

test('a delta link of one is good at another', async () => {
  const everyone = await cluster.call(0, 'GET', `/porchlight/presences/delta${ALL}`);
  const link = new URL(everyone.body['@odata.deltaLink']);
  expect(link.origin).toBe(cluster.nodes[0].origin);
  await cluster.say(1, USERS[7] ?? '', 'since then');
  const changed = await cluster.call(2, 'GET', link.pathname + link.search);
  expect(changed.body.value).toMatchObject([{ id: USERS[7] }]);
  const next = new URL(changed.body['@odata.deltaLink']);
  const nothing = await cluster.call(0, 'GET', next.pathname + next.search);
  expect(nothing.body.value).toEqual([]);
});

test('while each is ended and started again in turn, no request fails that may be sent once more', async () => {
  const { receiver, nodes } = cluster;
  const made = await cluster.call(
    0,
    'POST',
    '/v1.0/subscriptions',
    everyonesMessages(receiver.origin),
  );
  expect(made.status).toBe(201);
  const before = cluster.notified().length;
  const failed: string[] = [];
  const said = new Map<string, number>();
  let [isOver, calls, retries, next] = [false, 0, 0, 0];

  /** By the next node, and once more by the one after it. */
  async function ask(...[method, path, body]: CallParameters) {
    const first = next++;
    calls++;
    for (let tries = 1; ; tries++) {
      const why = await cluster.call((first + tries) % nodes.length, method, path, body).then(
        ({ status }) => (status === 200 ? undefined : `status ${status}`),
        (error: Error) => `${error.message} ${error.cause ?? ''}`,
      );
      if (why === undefined) return;
      if (tries === 2) return void failed.push(`${method} ${path}: ${why}`);
      retries++;
    }
  }

  async function client(userId: string): Promise<void> {
    for (let count = 1; !isOver; count++) {
      await ask('POST', messagePath(userId), statusMessage(`word ${count}`));
      said.set(userId, count);
      await ask('GET', `/v1.0/users/${userId}/presence`);
    }
  }

  const clients = USERS.slice(0, 4).map(client);
  for (const node of nodes) {
    await node.terminate();
    await node.start();
  }
  isOver = true;
  await Promise.all(clients);
  console.log(
    `rolling restart: ${calls} requests, ${retries} of them sent once more, ${failed.length} failed`,
  );
  expect(failed).toEqual([]);
  expect(retries).toBeGreaterThan(0);

  // Each step of each user is notified.
  const ids = () => {
    const of = new Map<string, Set<string>>();
    for (const { id, userId } of cluster.notified().slice(before)) {
      of.set(userId, (of.get(userId) ?? new Set()).add(id));
    }
    return new Map([...of].map(([userId, each]) => [userId, each.size]));
  };
  await until(() => [...said].every(([userId, count]) => (ids().get(userId) ?? 0) >= count));
  expect(ids()).toEqual(said);
});
