import { startChild } from './child.ts';
import { missing } from './installed.ts';
import { figure, type Question, type Row, type Settings, skipped } from './question.ts';
import { rawCommit } from './raw-commit.ts';
import { redisShare } from './redis-keep-alive.ts';
import { type Contender, type Figures, interleave, median, ratios } from './rounds.ts';
import { seedStore } from './seed.ts';
import { type RedisServer, withRedis } from './servers/redis.ts';
import type { UpdatesOptions } from './servers/store.ts';

const USERS = 1000;

/** Commands that one connection sends together where they are pipelined. */
const PIPELINED = 10;

/**
 * The store in process against the same script with one update in each call, from Redis' own load generator:
 * what committing in groups saves, and what it costs.
 */
export const redisCommit: Question = {
  name: 'redis-commit',
  title: 'Store on Redis in process, against its script with one update each by `redis-benchmark`',
  async run(settings) {
    const lacking = await missing('redis-server', 'redis-benchmark');
    if (lacking !== undefined) return [skipped('updates', `there is no ${lacking} here`)];
    return withRedis('no', async (redis) => {
      const rows: Row[] = [];
      for (const underWay of settings.quick ? [100] : [100, 1000]) {
        settings.note(`redis-commit: ${underWay} updates under way`);
        rows.push(...(await compared(underWay, redis, settings)));
      }
      return rows;
    });
  },
};

async function compared(underWay: number, redis: RedisServer, settings: Settings): Promise<Row[]> {
  const places = [
    { partitions: 1, url: redis.url(1, 0) },
    { partitions: 16, url: redis.url(16, 1) },
  ];
  for (const { url } of places) await seedStore(url, { users: USERS, sessions: 'one' });
  const { readings } = redis;
  const children = places.map(({ url }) =>
    startChild('servers/store', { argument: { store: url }, cpuProfiles: settings.cpuProfiles }),
  );
  const stores = children.map(
    (child): Contender => ({
      readings,
      server: { origin: '', cpuMs: () => child.ask<number>('cpuMs') },
      generator: {
        burst: ({ durationMs }) =>
          child.ask('updates', { users: USERS, underWay, durationMs } satisfies UpdatesOptions),
      },
    }),
  );
  try {
    const { update, read } = await rawCommit(redis, { users: USERS });
    const raw = (connections: number, pipelined: number, command = update): Contender => {
      const benchmark = command({ connections, pipelined });
      return { readings, server: { origin: '', cpuMs: benchmark.cpuMs }, generator: benchmark };
    };
    const contenders = [
      ...[raw(underWay, 1), raw(underWay / PIPELINED, PIPELINED), raw(underWay, 1, read)],
      ...stores,
    ];
    const options = { ...settings, durationMs: settings.durationMs / 2 };
    const [single, pipelined, reading, ...own] = await interleave(contenders, options);
    if (!single || !pipelined || !reading) throw new Error('there are three baselines');
    const baselines = `the script by redis-benchmark, not pipelined ${asText(single)}; ${PIPELINED} in a pipeline ${asText(pipelined)}`;
    const rows = own.map((figures, index): Row => {
      const ratio = ratios(figures.perSecond, single.perSecond);
      const ofPipelined = ratios(figures.perSecond, pipelined.perSecond);
      return {
        what: `${figure(underWay)} updates under way, ${places[index]?.partitions} partition(s), ${figure(USERS)} users`,
        result: `${figure(ratio.median, 2)} × the script alone, not pipelined (${figure(ratio.least, 2)}–${figure(ratio.greatest, 2)}); ${figure(ofPipelined.median, 2)} × pipelined`,
        aim: '–',
        met: undefined,
        figures: `store ${asText(figures)}; ${baselines}`,
      };
    });
    return [
      ...rows,
      {
        what: `a record read by GET, ${figure(underWay)} connections, no store`,
        result: `${figure(median(reading.perSecond))}/s`,
        aim: '–',
        met: undefined,
        figures: `redis-benchmark, not pipelined ${asText(reading)}`,
      },
    ];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

function asText(figures: Figures): string {
  return `${figure(median(figures.perSecond))}/s, ${figure(median(figures.cpuMicros), 1)} µs CPU each, of Redis ${redisShare(figures)}`;
}
