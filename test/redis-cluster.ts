import { freeClusterPort } from './redis-process.ts';
import { RedisServer } from './redis-server.ts';
import { until } from './until.ts';

const SLOTS = 16_384;

export interface RedisClusterOptions {
  readonly masters?: number;
  /** For each master. */
  readonly replicas?: number;
  /** After how long of silence a member is taken for gone. */
  readonly nodeTimeoutMs?: number;
  /** Further settings of each member. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A real cluster of the test's own. The masters come first among the servers, then their replicas in the same order. */
export class RedisCluster {
  readonly servers: readonly RedisServer[];

  constructor(servers: readonly RedisServer[]) {
    this.servers = servers;
  }

  get url(): string {
    return `redis+cluster://${this.servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
  }

  /** Who has a slot by what a member says. */
  async ownerOf(slot: number, asked = this.servers[0]): Promise<RedisServer> {
    const ranges = await asked?.raw.cluster('SLOTS');
    const port = ranges?.find(([from, to]) => from <= slot && slot <= to)?.[2]?.[1];
    const owner = this.servers.find((server) => server.port === port);
    if (owner === undefined) throw new Error(`nobody has slot ${slot}`);
    return owner;
  }

  /** Who has the slot of a key. */
  async ownerOfKey(key: string, asked = this.servers[0]): Promise<RedisServer> {
    return this.ownerOf(Number(await asked?.raw.cluster('KEYSLOT', key)), asked);
  }

  /** Resolves when all members, or those given, say that all slots are served. */
  async isWhole(members = this.servers): Promise<void> {
    await until(async () => {
      const said = await Promise.all(members.map(({ raw }) => raw.cluster('INFO')));
      return said.every((info) => String(info).includes('cluster_state:ok'));
    });
  }

  /** Ends all servers, and removes their data. */
  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

/** Starts a cluster on free ports. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, replicas = 0, nodeTimeoutMs = 1000, settings = {} } = options;
  const ports = new Set<number>();
  while (ports.size < masters * (1 + replicas)) ports.add(await freeClusterPort());
  const servers = [...ports].map(
    (port) =>
      new RedisServer(port, {
        'cluster-enabled': 'yes',
        'cluster-node-timeout': String(nodeTimeoutMs),
        'repl-diskless-sync-delay': '0',
        ...settings,
      }),
  );
  const cluster = new RedisCluster(servers);
  try {
    await Promise.all(servers.map((server) => server.start()));
    await join(servers, masters);
    await follow(servers, masters);
    await cluster.isWhole();
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function join(servers: readonly RedisServer[], masters: number): Promise<void> {
  await Promise.all(
    servers.map(async ({ raw }, at) => {
      // Without numbers of their own they would first have to settle who is who.
      await raw.cluster('SET-CONFIG-EPOCH', at + 1);
      if (at >= masters) return;
      const bound = (part: number) => Math.floor((part * SLOTS) / masters);
      await raw.cluster('ADDSLOTSRANGE', bound(at), bound(at + 1) - 1);
    }),
  );
  for (const [at, { raw }] of servers.entries()) {
    const later = servers.slice(at + 1);
    await Promise.all(later.map(({ port }) => raw.cluster('MEET', '127.0.0.1', port)));
  }
  await until(async () => {
    const said = await Promise.all(servers.map(({ raw }) => raw.cluster('NODES')));
    const isKnown = (nodes: unknown) =>
      !/handshake|noaddr/.test(String(nodes)) &&
      String(nodes).trim().split('\n').length === servers.length;
    return said.every(isKnown);
  });
}

async function follow(servers: readonly RedisServer[], masters: number): Promise<void> {
  const replicas = servers.slice(masters);
  await Promise.all(
    replicas.map(async ({ raw }, at) => {
      const id = await servers[at % masters]?.raw.cluster('MYID');
      await raw.cluster('REPLICATE', String(id));
      await until(async () => (await raw.info('replication')).includes('master_link_status:up'));
    }),
  );
  // They count as followers only when the others have heard of it.
  await until(async () => {
    const said = await Promise.all(servers.map(({ raw }) => raw.cluster('NODES')));
    return said.every((nodes) => String(nodes).split('slave').length - 1 === replicas.length);
  });
}
