import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { partitionOfUser } from '../../src/store/partition.ts';
import { MEMBERS, partitionKeys } from '../../src/store/redis/keys.ts';
import { type Issuer, startIssuer } from '../linear/issuer.ts';
import { type Running, startServe, temporaryFolder } from '../program.ts';
import { freePort, type RedisServer, startRedis } from '../redis-server.ts';
import { guid } from '../store/commands.ts';
import { openReceiver, type Receiver } from '../subscriptions/receiver.ts';
import { until } from '../until.ts';
import { type Answer, call, messagePath, statusMessage } from './api.ts';

const NODES = 3;
export const PARTITIONS = 16;
export const TENANT = '11111111-0000-4000-8000-000000000003';
export const APP = 'aaaaaaaa-0000-4000-8000-00000000000a';

/** One user of each partition, at its number. */
export const USERS: readonly string[] = (() => {
  const found: string[] = [];
  for (let at = 1; Object.keys(found).length < PARTITIONS; at++) {
    found[partitionOfUser({ tenantId: TENANT, userId: guid(at) }, PARTITIONS)] ??= guid(at);
  }
  return found;
})();

/** `porchlight serve` at a port of its own, also after it was started again. */
export class ServeNode {
  readonly origin: string;
  readonly #config: string;
  #program: Running | undefined;

  constructor(port: number, config: string) {
    this.origin = `http://127.0.0.1:${port}`;
    this.#config = config;
  }

  async start(): Promise<void> {
    this.#program = await startServe(this.#config);
    await until(() => this.isReady());
  }

  async isReady(): Promise<boolean> {
    return (await fetch(`${this.origin}/readyz`, { signal: AbortSignal.timeout(1000) })).ok;
  }

  /** As the system ends a service. */
  async terminate(): Promise<void> {
    const program = this.#program;
    program?.signal('SIGTERM');
    const exit = await program?.exited;
    if (exit?.code !== 0) throw new Error(`it ended with ${exit?.code}: ${exit?.stderr}`);
  }

  async kill(): Promise<void> {
    await this.#program?.kill();
  }
}

/** Three servers on one Redis, an application that may write and read, and one that is notified. */
export class Cluster {
  readonly redis: RedisServer;
  readonly nodes: readonly [ServeNode, ServeNode, ServeNode];
  readonly receiver: Receiver;
  readonly token: string;
  readonly #issuer: Issuer;

  constructor(
    redis: RedisServer,
    nodes: readonly ServeNode[],
    receiver: Receiver,
    issuer: Issuer,
    token: string,
  ) {
    const [first, second, third] = nodes;
    if (!first || !second || !third) throw new Error('there are not three nodes');
    this.redis = redis;
    this.nodes = [first, second, third];
    this.receiver = receiver;
    this.#issuer = issuer;
    this.token = token;
  }

  call(at: number, ...[method, path, body]: CallParameters): Promise<Answer> {
    return call(this.nodes[at]?.origin ?? '', this.token, method, path, body);
  }

  /** Says something of a user by one of the nodes, which has to work. */
  async say(at: number, userId: string, content: string, endsMs?: number): Promise<void> {
    const message = statusMessage(content, endsMs);
    const { status, body } = await this.call(at, 'POST', messagePath(userId), message);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  }

  /** Resolves when each of the servers has its share of the work. */
  async isShared(nodes = NODES): Promise<void> {
    const { raw } = this.redis;
    const leases = Array.from({ length: PARTITIONS }, (_, at) => partitionKeys(at).lease);
    await until(async () => {
      const members = await raw.zrange(MEMBERS, '0', '-1');
      const held = await Promise.all(leases.map((lease) => raw.get(lease)));
      const shares = members.map((name) => held.filter((value) => value?.includes(name)).length);
      const has = shares.filter((share) => share >= Math.floor(PARTITIONS / nodes));
      return has.length === nodes && held.every((value) => value !== null);
    });
  }

  /** Notifications that have come, in the order of arrival: whom they are about. */
  notified(): readonly { readonly id: string; readonly userId: string }[] {
    return this.receiver.received.flatMap(({ body }) => {
      if (body === '') return [];
      const { value } = JSON.parse(body) as {
        readonly value: readonly { id: string; resourceData?: { id: string } }[];
      };
      return value.flatMap(({ id, resourceData }) =>
        resourceData === undefined ? [] : [{ id, userId: resourceData.id }],
      );
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    await this.receiver.close();
    await this.#issuer.close();
    await this.redis.stop();
  }
}

export type CallParameters = [method: Parameters<typeof call>[2], path: string, body?: object];

export async function startCluster(): Promise<Cluster> {
  const redis = await startRedis({ settings: { appendonly: 'yes', appendfsync: 'always' } });
  const issuer = await startIssuer(TENANT);
  const receiver = await openReceiver();
  const nodes = await Promise.all(
    Array.from({ length: NODES }, async () => {
      const port = await freePort();
      const config = join(temporaryFolder(), 'porchlight.json');
      const store = `${redis.url}?partitions=${PARTITIONS}`;
      const webhooks = { allow: [receiver.origin] };
      const issuers = [issuer.trusted];
      writeFileSync(config, JSON.stringify({ listen: { port }, store, issuers, webhooks }));
      return new ServeNode(port, config);
    }),
  );
  const cluster = new Cluster(redis, nodes, receiver, issuer, await issuer.tokenOf(APP));
  try {
    await Promise.all(nodes.map((node) => node.start()));
    await cluster.isShared();
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return cluster;
}
