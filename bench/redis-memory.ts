import { startChild } from './child.ts';
import { missing } from './installed.ts';
import { figure, type Question, type Row, skipped } from './question.ts';
import { type Sessions, seedStore } from './seed.ts';
import { type RedisServer, withRedis } from './servers/redis.ts';
import type { FeedRead } from './servers/store.ts';

const PARTITIONS = 16;

/** What users and changes take in Redis, and what it costs to read the changes once. */
export const redisMemory: Question = {
  name: 'redis-memory',
  title: 'Memory in Redis',
  async run({ quick, note }) {
    const lacking = await missing('redis-server');
    if (lacking !== undefined) return [skipped('memory', `there is no ${lacking} here`)];
    const users = quick ? 10_000 : 100_000;
    return withRedis('no', async (redis) => {
      const rows: Row[] = [];
      // What Redis takes for its scripts and the like, it has taken then.
      await seedStore(redis.url(PARTITIONS), { users: 100, sessions: 'one' });
      for (const sessions of ['one', 'two'] as const) {
        note(`redis-memory: ${figure(users)} users, sessions: ${sessions}`);
        await redis.raw.flushall('SYNC');
        rows.push(...(await withSessions(sessions, users, redis)));
      }
      return rows;
    });
  },
};

async function withSessions(sessions: Sessions, users: number, redis: RedisServer): Promise<Row[]> {
  const store = redis.url(PARTITIONS);
  const emptyBytes = (await redis.memory()).usedBytes;
  await seedStore(store, { users, sessions });
  const all = await redis.memory();
  const { read, redisMs, sentBytes } = await readFeeds(store, redis);
  const feeds = Array.from({ length: PARTITIONS }, (_, number) => `porchlight:{${number}}:feed`);
  await redis.raw.del(feeds);
  const withoutFeed = await redis.memory();
  const histories = await redis.raw.keysBuffer('porchlight:*:history:*');
  for (let at = 0; at < histories.length; at += 1000) {
    await redis.raw.del(histories.slice(at, at + 1000));
  }
  const { usedBytes } = await redis.memory();
  const perChange = (all.usedBytes - withoutFeed.usedBytes) / read.entries;
  const row = { aim: '–', met: undefined };
  return [
    {
      ...row,
      what: `${figure(users)} users, sessions of each: ${sessions}; without changes`,
      result: `${figure((usedBytes - emptyBytes) / users)} bytes a user`,
      figures: `used_memory by ${figure((usedBytes - emptyBytes) / 1e6, 1)} MB more than without users; with the feed ${figure(all.usedBytes / 1e6, 1)} MB, of the process resident ${figure(all.residentBytes / 1e6, 1)} MB`,
    },
    {
      ...row,
      what: `${figure(read.entries)} changes in the feed, sessions of each user: ${sessions}`,
      result: `${figure(perChange)} bytes a change`,
      figures: `read once from the beginning: ${figure((read.cpuMs * 1000) / read.entries, 2)} µs CPU each, of Redis ${figure((redisMs * 1000) / read.entries, 2)} µs, ${figure(sentBytes / read.entries)} bytes sent`,
    },
    {
      ...row,
      what: `what histories have of them, ${figure(read.entries / users)} changes of each user`,
      result: `${figure((withoutFeed.usedBytes - usedBytes) / read.entries)} bytes a change`,
      figures: `a list for each user; the more changes it has, the less each takes`,
    },
  ];
}

/** The feeds from their beginning, as a node reads them that has a stream about everybody. */
async function readFeeds(store: string, redis: RedisServer) {
  const child = startChild('servers/store', { argument: { store } });
  try {
    // Once for warming up.
    await child.ask<FeedRead>('readFeeds');
    const before = await redis.readings();
    const read = await child.ask<FeedRead>('readFeeds');
    const after = await redis.readings();
    const growth = (name: string) => (after[name] ?? 0) - (before[name] ?? 0);
    return { read, redisMs: growth('cpuMs'), sentBytes: growth('outBytes') };
  } finally {
    await child.stop();
  }
}
