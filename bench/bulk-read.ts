import { described } from './compare.ts';
import { draw } from './draw.ts';
import { inTemporaryFolder } from './folder.ts';
import { createIdentity, type Identity } from './identity.ts';
import { startGenerator } from './load/generator.ts';
import { bulkRead } from './load/requests.ts';
import { figure, type Question, type Row, type Settings } from './question.ts';
import { type Figures, interleave, median } from './rounds.ts';
import { seedStore } from './seed.ts';
import { type ServerProcess, startPorchlight } from './servers/start.ts';
import { userIds } from './users.ts';

/** Aim: a thousand calls for each second of CPU. */
const AIM = 1000;

/** Graph's limit for one call. */
const IDS = 650;

/** Different calls that are sent in turn where the users are drawn at random. */
const DRAWS = 300;

/** Each call is a quarter of a megabyte: with more connections only the queue gets longer. */
const CONNECTIONS = 10;

export const bulkReads: Question = {
  name: 'bulk-read',
  title: 'getPresencesByUserId with 650 ids',
  run: (settings) =>
    inTemporaryFolder(async (path) => {
      const users = userIds(settings.quick ? 2000 : 100_000);
      await seedStore(path, { users: users.length, sessions: 'one' });
      const identity = await createIdentity();
      const { publicKey } = identity;
      const server = await startPorchlight({ store: path, publicKey }, settings.cpuProfiles);
      const draws = draw(users, { each: IDS, times: DRAWS });
      const all = figure(users.length);
      try {
        return [
          await row('always the same 650', [users.slice(0, IDS)], server, identity, settings),
          await row(`650 of ${all} at random`, draws, server, identity, settings),
        ];
      } finally {
        await server.stop();
      }
    }),
};

async function row(
  what: string,
  draws: readonly (readonly string[])[],
  server: ServerProcess,
  { token }: Identity,
  settings: Settings,
): Promise<Row> {
  settings.note(`bulk-read: ${what}`);
  const generator = await startGenerator(draws.map((ids) => bulkRead(ids, token)));
  try {
    const options = { ...settings, connections: CONNECTIONS };
    const [figures] = await interleave([{ server, generator }], options);
    if (figures === undefined) throw new Error('there is one server');
    const perCore = callsPerCpuSecond(figures);
    return {
      what,
      result: `${figure(perCore)} calls/s a core`,
      aim: `≥ ${figure(AIM)}`,
      met: perCore >= AIM,
      figures: `${described(figures)}, ${CONNECTIONS} connections`,
    };
  } finally {
    await generator.stop();
  }
}

function callsPerCpuSecond({ cpuMicros }: Figures): number {
  return 1_000_000 / median(cpuMicros);
}
