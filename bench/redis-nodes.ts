import { availableParallelism } from 'node:os';
import { createIdentity } from './identity.ts';
import { missing } from './installed.ts';
import { type Generator, startGenerator } from './load/generator.ts';
import { keepAlives, reads, slices } from './load/requests.ts';
import { figure, type Question, type Row, type Settings, skipped } from './question.ts';
import { type Contender, type Figures, grown, interleave, median, ratios } from './rounds.ts';
import { seedStore } from './seed.ts';
import { type RedisServer, withRedis } from './servers/redis.ts';
import { type ServerProcess, startPorchlight } from './servers/start.ts';
import { userIds } from './users.ts';

const NODES = 2;

const USERS = 2000;

/** With far more users than a node remembers it seldom has the record that it needs; so here it remembers few. */
const CACHED_RECORDS = 100;

/**
 * Whether a second node adds what the first one does. All of it is on one machine, so nothing is kept on a core of
 * its own: nodes, Redis and the load take what they need, and the figures say what each of them took. Where the
 * machine is full, what a request costs tells more than how many there were.
 */
export const redisNodes: Question = {
  name: 'redis-nodes',
  title: 'Two nodes on one Redis against one',
  async run(settings) {
    const lacking = await missing('redis-server');
    if (lacking !== undefined) return [skipped('two nodes', `there is no ${lacking} here`)];
    return withRedis('everysec', async (redis) => {
      const users = userIds(USERS);
      await seedStore(redis.url(), { users: users.length, sessions: 'one' });
      const half = users.length / 2;
      const [first, second] = [users.slice(0, half), users.slice(half)];
      return [
        // One begins in the middle, so that they don't write the same users at the same time.
        await compared('any user by either', [users, [...second, ...first]], redis, settings),
        await compared('each user by one of them', [first, second], redis, settings),
      ];
    });
  },
};

/** `shares` are the users that each load asks for; where there are two nodes, each has a load of its own. */
async function compared(
  who: string,
  shares: readonly (readonly string[])[],
  redis: RedisServer,
  settings: Settings,
): Promise<Row> {
  const { publicKey, token } = await createIdentity();
  const connections = Math.ceil(settings.connections / NODES);
  // Each connection gets every so-manieth request: so it writes and reads in turn.
  const requests = (users: readonly string[]) =>
    slices(users, connections).flatMap((each) => [
      ...keepAlives(each, token),
      ...reads(each, token),
    ]);
  const generators = await Promise.all(shares.map((users) => startGenerator(requests(users))));
  const nodes = await Promise.all(
    Array.from({ length: NODES }, () =>
      startPorchlight(
        { store: redis.url(), publicKey, cachedRecords: CACHED_RECORDS },
        settings.cpuProfiles,
      ),
    ),
  );
  try {
    settings.note(`redis-nodes: ${who}`);
    const [first] = nodes;
    if (first === undefined) throw new Error('there are nodes');
    const [two, one] = await interleave(
      [contender(nodes, { generators, redis }), contender([first], { generators, redis })],
      { ...settings, connections },
    );
    if (two === undefined || one === undefined) throw new Error('there are two of them');
    const rate = ratios(two.perSecond, one.perSecond);
    const cost = ratios(two.cpuMicros, one.cpuMicros);
    return {
      what: `${figure(new Set(shares.flat()).size)} users kept alive and read in turn, ${who}; ${connections * NODES} connections, ${availableParallelism()} cores for nodes, Redis and load together`,
      result: `${figure(rate.median, 2)} × the requests of one (${figure(rate.least, 2)}–${figure(rate.greatest, 2)}), each for ${figure(cost.median, 2)} × the CPU of nodes`,
      aim: '–',
      met: undefined,
      figures: `two nodes ${asText(two)}; one node ${asText(one)}`,
    };
  } finally {
    await Promise.all([...generators, ...nodes].map((each) => each.stop()));
  }
}

interface Parts {
  readonly generators: readonly Generator[];
  readonly redis: RedisServer;
}

/** Both generators send to these nodes, each to its own where there are two. */
function contender(nodes: readonly ServerProcess[], { generators, redis }: Parts): Contender {
  return {
    server: { origin: '', cpuMs: () => sum(nodes.map((node) => node.cpuMs())) },
    generator: {
      async burst(options) {
        const bursts = await Promise.all(
          generators.map((generator, index) => {
            const { origin = '' } = nodes[index % nodes.length] ?? {};
            return generator.burst({ ...options, origin });
          }),
        );
        return {
          answered: bursts.reduce((total, { answered }) => total + answered, 0),
          failed: 0,
          durationMs: Math.max(...bursts.map(({ durationMs }) => durationMs)),
          p99Ms: Math.max(...bursts.map(({ p99Ms }) => p99Ms)),
        };
      },
    },
    readings: async () => ({
      ...(await redis.readings()),
      loadMs: await sum(generators.map((generator) => generator.cpuMs())),
    }),
  };
}

async function sum(values: readonly Promise<number>[]): Promise<number> {
  return (await Promise.all(values)).reduce((total, value) => total + value, 0);
}

function asText(figures: Figures): string {
  const perSecond = median(figures.perSecond);
  const node = median(figures.cpuMicros);
  const redis = grown(figures, 'cpuMs') * 1000;
  const load = grown(figures, 'loadMs') * 1000;
  const cores = (perSecond * (node + redis + load)) / 1e6;
  return `${figure(perSecond)}/s, ${figure(node, 1)} µs CPU each, of Redis ${figure(redis, 1)} µs, of the load ${figure(load, 1)} µs, ${figure(cores, 2)} cores in all, p99 ${figure(median(figures.p99Ms))} ms`;
}
