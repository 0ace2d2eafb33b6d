import { described } from './compare.ts';
import { draw } from './draw.ts';
import { inTemporaryFolder } from './folder.ts';
import { createIdentity } from './identity.ts';
import { missing } from './installed.ts';
import { startGenerator } from './load/generator.ts';
import { bulkRead, reads } from './load/requests.ts';
import { figure, type Question, type Row, type Settings, skipped } from './question.ts';
import { redisShare } from './redis-keep-alive.ts';
import { interleave, median, ratios } from './rounds.ts';
import { seedStore } from './seed.ts';
import { withRedis } from './servers/redis.ts';
import { startPorchlight } from './servers/start.ts';
import { userIds } from './users.ts';

/** Graph's limit for one call. */
const IDS = 650;

/** Different calls that are sent in turn where the users are drawn at random. */
const DRAWS = 300;

/** Each call is a quarter of a megabyte: with more connections only the queue gets longer. */
const CONNECTIONS = 10;

/** A node asks Redis at each read; with LMDB the record is in the process. */
export const redisRead: Question = {
  name: 'redis-read',
  title: 'Reads, presence in Redis against LMDB',
  async run(settings) {
    const lacking = await missing('redis-server');
    if (lacking !== undefined) return [skipped('reads', `there is no ${lacking} here`)];
    return withRedis('no', (redis) =>
      inTemporaryFolder(async (folder) => {
        const users = userIds(settings.quick ? 2000 : 100_000);
        const { publicKey, token } = await createIdentity();
        const places = [redis.url(), folder];
        for (const place of places) {
          await seedStore(place, { users: users.length, sessions: 'one' });
        }
        const servers = await Promise.all(
          places.map((store) => startPorchlight({ store, publicKey }, settings.cpuProfiles)),
        );
        const all = figure(users.length);
        const bulk = { ...settings, connections: CONNECTIONS };
        const draws = draw(users, { each: IDS, times: DRAWS });
        const loads = [
          { what: `GET of one, ${all} in turn`, requests: reads(users, token), options: settings },
          {
            what: `${IDS} in one call, always the same`,
            requests: [bulkRead(users.slice(0, IDS), token)],
            options: bulk,
          },
          {
            what: `${IDS} in one call, of ${all} at random`,
            requests: draws.map((ids) => bulkRead(ids, token)),
            options: bulk,
          },
        ];
        const row = async ({ what, requests, options }: (typeof loads)[number]): Promise<Row> => {
          settings.note(`redis-read: ${what}`);
          const generator = await startGenerator(requests);
          try {
            const [onRedis, onLmdb] = await interleave(
              servers.map((server, index) => ({
                ...{ server, generator },
                ...(index === 0 && { readings: redis.readings }),
              })),
              options satisfies Settings,
            );
            if (onRedis === undefined || onLmdb === undefined) throw new Error('there are two');
            const ratio = ratios(onRedis.perSecond, onLmdb.perSecond);
            return {
              what,
              result: `${figure(ratio.median, 2)} of LMDB (${figure(ratio.least, 2)}–${figure(ratio.greatest, 2)}), ${figure(1e6 / median(onRedis.cpuMicros))} calls/s a core`,
              aim: '–',
              met: undefined,
              figures: `${described(onRedis)}, of Redis ${redisShare(onRedis)}; LMDB ${described(onLmdb)}; ${options.connections} connections`,
            };
          } finally {
            await generator.stop();
          }
        };
        try {
          const rows: Row[] = [];
          for (const load of loads) rows.push(await row(load));
          return rows;
        } finally {
          await Promise.all(servers.map((server) => server.stop()));
        }
      }),
    );
  },
};
