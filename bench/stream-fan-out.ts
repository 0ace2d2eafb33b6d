import { availableParallelism } from 'node:os';
import { startChild } from './child.ts';
import type { FanOutBurst, FanOutOptions } from './fan-out/load.ts';
import type { StreamOptions } from './fan-out/stream-crowd.ts';
import type { XmppOptions } from './fan-out/xmpp-crowd.ts';
import { inTemporaryFolder } from './folder.ts';
import { createIdentity } from './identity.ts';
import { missing } from './installed.ts';
import { figure, type Question, type Row, type Settings, skipped } from './question.ts';
import { median, ratios } from './rounds.ts';
import { PROSODY_HOST, startProsody } from './servers/prosody.ts';
import { startPorchlight } from './servers/start.ts';
import { userIds } from './users.ts';

/** Aim: three times what Prosody delivers on the same core. */
const AIM = 3;

/** The server under test has one core, the clients the other. */
const SERVER_CORE = 0;
const CLIENT_CORE = 1;

/** A server and the clients that watch each other there. */
interface Contender {
  serverCpuMs(): Promise<number>;
  burst(options: FanOutOptions): Promise<FanOutBurst>;
  stop(): Promise<void>;
}

/** One figure a round. */
interface Figures {
  readonly perSecond: number[];
  readonly cpuMicros: number[];
  /** Shares of their cores that server and clients used. */
  readonly serverBusy: number[];
  readonly clientsBusy: number[];
}

export const streamFanOut: Question = {
  name: 'stream-fan-out',
  title: 'Fan-out to streams, against Prosody on the same core',
  async run(settings) {
    const lacking = await missing('taskset', 'prosody');
    if (lacking !== undefined) {
      return [skipped('stream-fan-out', `there is no ${lacking} here`)];
    }
    if (availableParallelism() <= CLIENT_CORE) {
      return [skipped('stream-fan-out', 'server and clients need a core each')];
    }
    const size = settings.quick ? 10 : 300;
    return inTemporaryFolder((path) =>
      inTemporaryFolder(async (other) => {
        const { porchlight, prosody, version } = await contenders(size, path, other, settings);
        const rows: Row[] = [];
        try {
          for (const underWay of settings.quick ? [5] : [1, 30]) {
            settings.note(`stream-fan-out: ${underWay} changes under way`);
            const figures = await takeTurns([porchlight, prosody], underWay, settings);
            rows.push(row(size, underWay, version, figures));
          }
          return rows;
        } finally {
          await Promise.all([porchlight.stop(), prosody.stop()]);
        }
      }),
    );
  },
};

async function contenders(size: number, path: string, other: string, settings: Settings) {
  settings.note(`stream-fan-out: ${size} users log in`);
  const users = Array.from({ length: size }, (_, index) => `user${index}`);
  const server = await startProsody(other, users, SERVER_CORE);
  const prosody = await contender(
    server,
    ['xmpp', { port: server.port, host: PROSODY_HOST, users } satisfies XmppOptions],
    () => server.cpuMs(),
  );
  const { version } = server;
  return { prosody, version, porchlight: await ourselves(size, path, settings) };
}

async function ourselves(size: number, path: string, settings: Settings): Promise<Contender> {
  const { publicKey, tokenOf } = await createIdentity();
  const users = await Promise.all(
    userIds(size).map(async (id) => ({ id, token: await tokenOf(id) })),
  );
  const server = await startPorchlight(
    { store: path, publicKey },
    settings.cpuProfiles,
    SERVER_CORE,
  );
  const port = Number(new URL(server.origin).port);
  return contender(server, ['stream', { port, users } satisfies StreamOptions], () =>
    server.cpuMs(),
  );
}

async function contender(
  server: { stop(): Promise<void> },
  [kind, about]: readonly [string, unknown],
  serverCpuMs: () => Promise<number>,
): Promise<Contender> {
  const clients = startChild('fan-out/load', { core: CLIENT_CORE });
  await clients.ask(kind, about);
  return {
    serverCpuMs,
    burst: (options) => clients.ask<FanOutBurst>('burst', options),
    async stop() {
      await clients.stop();
      await server.stop();
    },
  };
}

/** A B A B …, and a first turn of each that isn't counted. */
async function takeTurns(
  of: readonly Contender[],
  underWay: number,
  { rounds, durationMs }: Settings,
): Promise<Figures[]> {
  const all = of.map(
    (): Figures => ({ perSecond: [], cpuMicros: [], serverBusy: [], clientsBusy: [] }),
  );
  for (let round = 0; round <= rounds; round++) {
    for (const [index, each] of of.entries()) {
      const before = await each.serverCpuMs();
      const burst = await each.burst({ durationMs, underWay });
      const serverMs = (await each.serverCpuMs()) - before;
      const figures = all[index];
      if (round === 0 || figures === undefined) continue;
      figures.perSecond.push(burst.delivered / (burst.durationMs / 1000));
      figures.cpuMicros.push((serverMs * 1000) / burst.delivered);
      figures.serverBusy.push(serverMs / burst.durationMs);
      figures.clientsBusy.push(burst.cpuMs / burst.durationMs);
    }
  }
  return all;
}

function row(size: number, underWay: number, version: string, [own, other]: Figures[]): Row {
  if (own === undefined || other === undefined) throw new Error('there are two servers');
  const ratio = ratios(own.perSecond, other.perSecond);
  return {
    what: `${size} users who all watch each other, ${underWay} changes under way`,
    result: `${figure(ratio.median, 1)} × Prosody (${figure(ratio.least, 1)}–${figure(ratio.greatest, 1)})`,
    aim: `≥ ${AIM} ×`,
    met: ratio.median >= AIM,
    figures: `${described(own)}; Prosody ${version} ${described(other)}`,
  };
}

function described({ perSecond, cpuMicros, serverBusy, clientsBusy }: Figures): string {
  const percent = (shares: readonly number[]) => `${figure(median(shares) * 100)} %`;
  return `${figure(median(perSecond))} deliveries/s, ${figure(median(cpuMicros), 2)} µs CPU each, server's core ${percent(serverBusy)} busy, clients' ${percent(clientsBusy)}`;
}
