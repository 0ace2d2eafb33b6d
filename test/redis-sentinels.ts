import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort, RedisProcess } from './redis-process.ts';
import { RedisServer } from './redis-server.ts';
import { until } from './until.ts';

/** What the sentinels call the primary. */
export const PRIMARY_NAME = 'presence';

export interface SentinelsOptions {
  readonly replicas?: number;
  readonly sentinels?: number;
  /** After how long of silence the primary is taken for gone. */
  readonly downAfterMs?: number;
  /** Further settings of the servers that keep data. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A real sentinel of the test's own. */
export class Sentinel {
  readonly port: number;
  readonly #process: RedisProcess;
  readonly #folder: string;
  #raw: Redis | undefined;

  constructor(port: number, lines: readonly string[]) {
    this.port = port;
    this.#folder = mkdtempSync(join(tmpdir(), 'porchlight-sentinel-'));
    const file = join(this.#folder, 'sentinel.conf');
    const head = [`port ${port}`, 'bind 127.0.0.1', `dir ${this.#folder}`];
    writeFileSync(file, `${[...head, ...lines].join('\n')}\n`);
    this.#process = new RedisProcess([file, '--sentinel'], 'Sentinel ID is');
  }

  get raw(): Redis {
    this.#raw ??= new Redis(this.port, '127.0.0.1', { retryStrategy: () => 20 }).on('error', () => {
      // It comes back when the sentinel does.
    });
    return this.#raw;
  }

  start = () => this.#process.start();
  kill = () => this.#process.kill();
  pause = () => this.#process.pause();
  resume = () => this.#process.resume();

  async stop(): Promise<void> {
    this.#raw?.disconnect();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A primary, its replicas, and sentinels over them. */
export class SentinelGroup {
  readonly servers: readonly RedisServer[];
  readonly sentinels: readonly Sentinel[];

  constructor(servers: readonly RedisServer[], sentinels: readonly Sentinel[]) {
    this.servers = servers;
    this.sentinels = sentinels;
  }

  get url(): string {
    const hosts = this.sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
    return `redis+sentinel://${hosts}/${PRIMARY_NAME}`;
  }

  /** Whom a sentinel names as the primary. */
  async primary(asked = this.sentinels[0]): Promise<RedisServer> {
    const said = await asked?.raw.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', PRIMARY_NAME);
    const port = Number((said as string[])[1]);
    const found = this.servers.find((server) => server.port === port);
    if (found === undefined) throw new Error(`they name a primary that isn't ours: ${said}`);
    return found;
  }

  /** Resolves when they name another primary than this one. */
  async switched(from: RedisServer): Promise<RedisServer> {
    await until(async () => (await this.primary()) !== from);
    return this.primary();
  }

  /** Ends all of them, and removes their data. */
  async stop(): Promise<void> {
    await Promise.all([...this.sentinels, ...this.servers].map((each) => each.stop()));
  }
}

/** Starts them on free ports; resolves when the replicas follow and the sentinels know each other. */
export async function startSentinels(options: SentinelsOptions = {}): Promise<SentinelGroup> {
  const { replicas = 2, sentinels = 3, downAfterMs = 500, settings = {} } = options;
  const ports = await Promise.all(Array.from({ length: 1 + replicas + sentinels }, freePort));
  const [primaryPort = 0, ...replicaPorts] = ports.slice(0, 1 + replicas);
  const watchers = ports.slice(1 + replicas).map((port) => ({ port, id: idOf() }));
  const common = { 'repl-diskless-sync-delay': '0', ...settings };
  const servers = [
    new RedisServer(primaryPort, common),
    ...replicaPorts.map(
      (port) => new RedisServer(port, { ...common, replicaof: `127.0.0.1 ${primaryPort}` }),
    ),
  ];
  const quorum = Math.floor(sentinels / 2) + 1;
  const group = new SentinelGroup(
    servers,
    watchers.map(({ port, id }) => {
      // They would find each other by themselves, two seconds later.
      const others = watchers.filter((each) => each.id !== id);
      return new Sentinel(port, [
        `sentinel myid ${id}`,
        `sentinel monitor ${PRIMARY_NAME} 127.0.0.1 ${primaryPort} ${quorum}`,
        `sentinel down-after-milliseconds ${PRIMARY_NAME} ${downAfterMs}`,
        `sentinel failover-timeout ${PRIMARY_NAME} 2000`,
        ...replicaPorts.map((at) => `sentinel known-replica ${PRIMARY_NAME} 127.0.0.1 ${at}`),
        ...others.map(
          (each) => `sentinel known-sentinel ${PRIMARY_NAME} 127.0.0.1 ${each.port} ${each.id}`,
        ),
      ]);
    }),
  );
  try {
    await Promise.all([...servers, ...group.sentinels].map((each) => each.start()));
    await until(async () => {
      const info = await servers[0]?.raw.info('replication');
      return info?.split('state=online').length === 1 + replicas;
    });
    await until(async () => {
      const said = await Promise.all(group.sentinels.map(({ raw }) => raw.info('sentinel')));
      const status = `status=ok,address=127.0.0.1:${primaryPort},slaves=${replicas},sentinels=${sentinels}`;
      return said.every((info) => info.includes(status));
    });
    return group;
  } catch (error) {
    await group.stop();
    throw error;
  }
}

function idOf(): string {
  return randomBytes(20).toString('hex');
}
