import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startChild } from './child.ts';
import { missing } from './installed.ts';
import { figure, type Question, type Row, type Settings, skipped } from './question.ts';
import { type Contender, grown, interleave, median } from './rounds.ts';
import { type RedisServer, withRedis } from './servers/redis.ts';
import { redisBenchmark } from './servers/redis-benchmark.ts';

/** The channel of partition 0, which every node hears, and one that nobody does. */
const HEARD = 'porchlight:{0}:changes';
const UNHEARD = 'porchlight:{0}:nobody';

/** Beside the one node: connections that hear the hint and do nothing. */
const LISTENERS = 50;

const PUBLISHERS = 10;

/** Each change is hinted at to all nodes: what one of them more costs Redis, and what the node. */
export const redisHints: Question = {
  name: 'redis-hints',
  title: 'A hint of changes, to each node that hears it',
  async run(settings) {
    const lacking = await missing('redis-server', 'redis-benchmark');
    if (lacking !== undefined) return [skipped('hints', `there is no ${lacking} here`)];
    settings.note('redis-hints');
    return withRedis('no', async (redis) => [await row(redis, settings)]);
  },
};

async function row(redis: RedisServer, settings: Settings): Promise<Row> {
  const node = startChild('servers/store', { argument: { store: redis.url(1) } });
  const sockets: Socket[] = [];
  try {
    // Once it answers, it hears.
    await node.ask<number>('cpuMs');
    for (let count = 0; count < LISTENERS; count++) sockets.push(await listen(redis.port));
    const saying = (channel: string): Contender => ({
      readings: redis.readings,
      server: { origin: '', cpuMs: () => node.ask<number>('cpuMs') },
      generator: redisBenchmark({
        ...{ port: redis.port, connections: PUBLISHERS, pipelined: 1, randomBelow: 1 },
        command: ['SPUBLISH', channel, 'bench'],
      }),
    });
    const options = { ...settings, durationMs: settings.durationMs / 2 };
    const [heard, unheard] = await interleave([saying(HEARD), saying(UNHEARD)], options);
    if (heard === undefined || unheard === undefined) throw new Error('there are two channels');
    const redisMicros =
      ((grown(heard, 'cpuMs') - grown(unheard, 'cpuMs')) * 1000) / (LISTENERS + 1);
    const nodeMicros = median(heard.cpuMicros) - median(unheard.cpuMicros);
    const bytes = (grown(heard, 'outBytes') - grown(unheard, 'outBytes')) / (LISTENERS + 1);
    return {
      what: `${LISTENERS + 1} hear it`,
      result: `${figure(redisMicros, 2)} µs CPU of Redis for each of them, ${figure(nodeMicros, 1)} µs of the node`,
      aim: '–',
      met: undefined,
      figures: `${figure(bytes)} bytes sent to each; SPUBLISH heard by nobody ${figure(grown(unheard, 'cpuMs') * 1000, 1)} µs CPU of Redis; ${figure(median(heard.perSecond))} hints/s, without listeners ${figure(median(unheard.perSecond))}/s`,
    };
  } finally {
    for (const socket of sockets) socket.destroy();
    await node.stop();
  }
}

async function listen(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`SSUBSCRIBE ${HEARD}\r\n`);
  await once(socket, 'data');
  return socket.resume();
}
