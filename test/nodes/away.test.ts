import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { until } from '../until.ts';
import { type EventStream, openEvents } from '../wire/events.ts';
import { everyonesMessages, messagePath, statusMessage } from './api.ts';
import { type Cluster, startCluster, USERS } from './cluster.ts';

// A server is away, or Redis: what the others do meanwhile, and how soon all is well again.

const STALE = 'porchlight-stale-ms';
const MOST_IDLE_MS = 3000;
const MOST_RECOVERY_MS = 2000;
/** From the last word on what is due to the death: the one who dies must not have done it. */
const DUE_IN_MS = 1500;
const DIES_BEFORE_MS = 60;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
  const everyone = everyonesMessages(cluster.receiver.origin);
  expect((await cluster.call(0, 'POST', '/v1.0/subscriptions', everyone)).status).toBe(201);
});
afterAll(() => cluster?.close());

// What the machine itself stood still is no delay of the servers'.
const delay = monitorEventLoopDelay({ resolution: 10 });
beforeEach(() => {
  delay.reset();
  delay.enable();
});
afterEach(() => void delay.disable());
const stoodStillMs = () => delay.max / 1e6;

function watch(at: number): Promise<EventStream> {
  const url = `${cluster.nodes[at]?.origin}/porchlight/presences/stream?ids=${USERS.join(',')}`;
  return openEvents(url, { token: cluster.token });
}

const timesNotified = () => {
  const times = new Map<string, number>();
  for (const { userId } of cluster.notified()) times.set(userId, (times.get(userId) ?? 0) + 1);
  return times;
};

test('what is due for users of any partition is told within 3 s of the death of a server', async () => {
  const before = timesNotified();
  const stream = await watch(2);
  await stream.next();
  const dueMs = Date.now() + DUE_IN_MS;
  for (const userId of USERS) await cluster.say(2, userId, 'soon over', dueMs);
  const isTold = (userId: string, times: number) =>
    (timesNotified().get(userId) ?? 0) >= (before.get(userId) ?? 0) + times;
  await until(() => USERS.every((userId) => isTold(userId, 1)));
  await after(dueMs - DIES_BEFORE_MS - Date.now());
  const dying = cluster.nodes[1].kill();
  const diedMs = Date.now();
  expect(diedMs).toBeLessThan(dueMs);
  await dying;

  const toldMs = new Map<string, number>();
  const heardMs = new Map<string, number>();
  const isOver = (userId: string) =>
    stream.events.some(
      ({ data }) => data.includes(`"id":"${userId}"`) && data.includes('"statusMessage":null'),
    );
  await until(() => {
    for (const userId of USERS) {
      if (!toldMs.has(userId) && isTold(userId, 2)) toldMs.set(userId, Date.now() - diedMs);
      if (!heardMs.has(userId) && isOver(userId)) heardMs.set(userId, Date.now() - diedMs);
    }
    return toldMs.size === USERS.length && heardMs.size === USERS.length;
  });
  const [told, heard] = [toldMs, heardMs].map((each) => Math.max(...each.values()));
  const others = [...toldMs.values()].filter((ms) => ms < 1000).length;
  console.log(
    `after the death of one of three: the last of ${USERS.length} partitions was told of after ${told} ms, ` +
      `heard of by a stream after ${heard} ms; ${others} in their usual time`,
  );
  stream.hangUp();
  expect(others).toBeLessThan(USERS.length);
  expect(Math.max(told ?? 0, heard ?? 0)).toBeLessThan(MOST_IDLE_MS + stoodStillMs());
  await cluster.nodes[1].start();
  await cluster.isShared();
});

test.each([
  [
    'is paused for 3 s',
    (awayMs: number) => {
      cluster.redis.pause();
      return after(awayMs).then(() => cluster.redis.resume());
    },
  ],
  [
    'is killed and started again',
    async (awayMs: number) => {
      await cluster.redis.kill();
      await after(awayMs);
      await cluster.redis.start();
    },
  ],
])(
  'while Redis %s writes are refused, old reads are flagged and streams stay; then all works',
  async (how, goAway) => {
    const nodes = cluster.nodes.map((_, at) => at);
    const [user = ''] = USERS;
    const path = `/v1.0/users/${user}/presence`;
    await cluster.say(0, user, `before it ${how}`);
    const streams = await Promise.all(nodes.map(watch));
    for (const stream of streams) await stream.next();
    for (const at of nodes) expect((await cluster.call(at, 'GET', path)).status).toBe(200);

    const back = goAway(3000);
    const written = nodes.map((at) =>
      cluster.call(at, 'POST', messagePath(user), statusMessage('refused')),
    );
    const read = nodes.map((at) => cluster.call(at, 'GET', path));
    for (const { status, headers, body } of await Promise.all(written)) {
      expect(status).toBe(503);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(body.error.code).toBe('ServiceUnavailable');
    }
    for (const { status, headers, body } of await Promise.all(read)) {
      expect(status).toBe(200);
      expect(Number(headers.get(STALE))).toBeGreaterThan(0);
      expect(body.statusMessage.message.content).toBe(`before it ${how}`);
    }
    await back;

    const backMs = performance.now();
    const works = await Promise.all(
      nodes.map(async (at) => {
        const other = USERS[at + 1] ?? '';
        const times = timesNotified().get(other) ?? 0;
        const word = `after it ${how} ${at}`;
        await until(() => cluster.say(at, other, word).then(() => true));
        const writes = performance.now() - backMs;
        await until(async () => {
          const { status, headers } = await cluster.call(at, 'GET', path);
          return status === 200 && headers.get(STALE) === null;
        });
        const reads = performance.now() - backMs;
        await until(() => streams.every(({ text }) => text.includes(`"content":"${word}"`)));
        const tells = performance.now() - backMs;
        await until(() => (timesNotified().get(other) ?? 0) > times);
        const notifies = performance.now() - backMs;
        await until(() => cluster.nodes[at]?.isReady() ?? false);
        return { writes, reads, tells, notifies, isReady: performance.now() - backMs };
      }),
    );
    const longest = (of: keyof (typeof works)[number]) =>
      Math.round(Math.max(...works.map((each) => each[of])));
    console.log(
      `Redis ${how}, and is back: all write after ${longest('writes')} ms, read after ${longest('reads')} ms, ` +
        `streams are told after ${longest('tells')} ms, receivers after ${longest('notifies')} ms, ` +
        `ready after ${longest('isReady')} ms`,
    );
    for (const stream of streams) {
      expect(stream.isClosed).toBe(false);
      stream.hangUp();
    }
    expect(Math.max(longest('isReady'), longest('notifies'))).toBeLessThan(
      MOST_RECOVERY_MS + stoodStillMs(),
    );
  },
);
