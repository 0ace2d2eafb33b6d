import { described } from './compare.ts';
import { inTemporaryFolder } from './folder.ts';
import { createIdentity } from './identity.ts';
import { missing } from './installed.ts';
import { startGenerator } from './load/generator.ts';
import { keepAlives } from './load/requests.ts';
import { figure, type Question, type Row, type Settings, skipped } from './question.ts';
import { type Figures, grown, interleave, ratios } from './rounds.ts';
import { seedStore } from './seed.ts';
import { type AppendOnly, type RedisServer, withRedis } from './servers/redis.ts';
import { startPorchlight } from './servers/start.ts';
import { userIds } from './users.ts';

/** The same keep-alives over HTTP on three stores that survive a crash, or nearly. */
export const redisKeepAlive: Question = {
  name: 'redis-keep-alive',
  title: 'Durable keep-alive over HTTP, presence in Redis against LMDB',
  async run(settings) {
    const lacking = await missing('redis-server');
    if (lacking !== undefined) return [skipped('keep-alives', `there is no ${lacking} here`)];
    const rows: Row[] = [];
    for (const users of settings.quick ? [100] : [1000, 100_000]) {
      settings.note(`redis-keep-alive: ${figure(users)} users`);
      rows.push(...(await withUsers(users, settings)));
    }
    return rows;
  },
};

function withUsers(users: number, settings: Settings): Promise<Row[]> {
  return withRedis('always', (always) =>
    withRedis('everysec', (everysec) =>
      inTemporaryFolder((folder) => compared(users, { always, everysec, folder }, settings)),
    ),
  );
}

interface Places {
  readonly always: RedisServer;
  readonly everysec: RedisServer;
  readonly folder: string;
}

async function compared(
  users: number,
  { always, everysec, folder }: Places,
  settings: Settings,
): Promise<Row[]> {
  const { publicKey, token } = await createIdentity();
  const generator = await startGenerator(keepAlives(userIds(users), token));
  const start = async (store: string) => {
    await seedStore(store, { users, sessions: 'one' });
    return startPorchlight({ store, publicKey }, settings.cpuProfiles);
  };
  const servers = await Promise.all([always.url(), everysec.url(), folder].map(start));
  try {
    const readings = [always.readings, everysec.readings];
    const figures = await interleave(
      servers.map((server, index) => ({
        ...{ server, generator },
        ...(readings[index] && { readings: readings[index] }),
      })),
      settings,
    );
    const [onAlways, onEverysec, onLmdb] = figures;
    if (!onAlways || !onEverysec || !onLmdb) throw new Error('there are three stores');
    const row = (appendOnly: AppendOnly, own: Figures): Row => {
      const ratio = ratios(own.perSecond, onLmdb.perSecond);
      return {
        what: `${figure(users)} users in turn, appendfsync ${appendOnly}, 16 partitions`,
        result: `${figure(ratio.median, 2)} of LMDB (${figure(ratio.least, 2)}–${figure(ratio.greatest, 2)})`,
        aim: '–',
        met: undefined,
        figures: `${described(own)}, of Redis ${redisShare(own)}; LMDB ${described(onLmdb)}`,
      };
    };
    return [row('always', onAlways), row('everysec', onEverysec)];
  } finally {
    await Promise.all([generator.stop(), ...servers.map((server) => server.stop())]);
  }
}

/** What Redis does for one request. */
export function redisShare(figures: Figures): string {
  const cpuMicros = grown(figures, 'cpuMs') * 1000;
  const [received, sent, logged] = ['inBytes', 'outBytes', 'logBytes'].map((name) =>
    figure(grown(figures, name)),
  );
  return `${figure(cpuMicros, 1)} µs CPU, ${received} bytes received, ${sent} sent, ${logged} in its log`;
}
