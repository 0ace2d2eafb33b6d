import type { Figures } from './figures.ts';

/** What users do in the busiest hour. */
export interface Assumptions {
  /** Share of the users who are online. */
  readonly online: number;
  /** Sessions of each of these that are kept alive. */
  readonly sessions: number;
  readonly keepAliveSeconds: number;
  /** Changes of presence of one who is online, in an hour. */
  readonly changesPerHour: number;
  /** Users whom one who is online watches, and is watched by. */
  readonly watched: number;
  /** How often a client that polls asks about all of them, in one call. */
  readonly pollSeconds: number;
  /** How long changes are kept. */
  readonly retentionHours: number;
  /** Changes of one user in a day: decides what a longer retention takes. */
  readonly changesPerDay: number;
  /** Share of a core, and of a network, that is used in the busiest hour. */
  readonly used: number;
  /** Of the memory of a shard, what data may take. */
  readonly shardBytes: number;
  /** Bytes a second that a shard's network carries, each way together. */
  readonly shardNetwork: number;
  /** Streams that one node holds; not measured. */
  readonly streamsPerNode: number;
}

export const ASSUMPTIONS: Assumptions = {
  online: 0.5,
  sessions: 2,
  keepAliveSeconds: 240,
  changesPerHour: 6,
  watched: 50,
  pollSeconds: 300,
  retentionHours: 4,
  changesPerDay: 48,
  used: 0.5,
  shardBytes: 25e9,
  shardNetwork: 125e6,
  streamsPerNode: 20_000,
};

/** How users hear of each other: their clients ask, and one webhook hears of every change; or each has a stream. */
export type Following = 'polling' | 'streams';

/** What an installation of so many users needs. */
export interface Plan {
  readonly commitsPerSecond: number;
  readonly changesPerSecond: number;
  readonly readsPerSecond: number;
  readonly streams: number;
  readonly userBytes: number;
  readonly feedBytes: number;
  /** What the feed would take with the default retention of a week. */
  readonly weekOfFeedBytes: number;
  readonly nodes: number;
  /** Cores of nodes that work takes which is shared out. */
  readonly nodeCores: number;
  /** Share of its core that each node needs for what none can leave to others. */
  readonly ownShare: number;
  readonly shards: number;
  readonly shardsFor: { readonly cpu: number; readonly memory: number; readonly network: number };
  /** Cores of Redis that writing and reading take, and following with its hints. */
  readonly redisCores: { readonly serving: number; readonly following: number };
  readonly networkPerShard: number;
  readonly partitions: number;
  /** Scripts a second for who is there and who does what. */
  readonly sharingPerSecond: number;
}

/** Why it can't be one installation. */
export interface Impossible {
  readonly why: string;
}

const BULK = 650;
const HOUR_S = 3600;

/** Two, so that one may fail. */
const LEAST_NODES = 2;
const LEAST_PARTITIONS = 16;
const MOST_PARTITIONS = 4096;

/** A cluster needs three primaries to agree which of them failed. */
const LEAST_OF_CLUSTER = 3;

/** Each of nodes and of shards gets this many partitions, so that none has half as many again as another. */
const PARTITIONS_EACH = 4;

/** Each follower of a partition looks so often, whatever it hears. */
const LOOKS_PER_SECOND = 1;

/**
 * Nodes and shards depend on each other: a node more hears all hints, and looks at all feeds. So they are counted
 * from few upwards, until they are enough for what they cause themselves.
 */
export function plan(
  users: number,
  following: Following,
  { node, redis, network, memory, sharing }: Figures,
  given: Assumptions = ASSUMPTIONS,
): Plan | Impossible {
  const online = users * given.online;
  const changes = (online * given.changesPerHour) / HOUR_S;
  const commits = (online * given.sessions) / given.keepAliveSeconds + changes;
  const hasStreams = following === 'streams';
  const reads = hasStreams ? 0 : online / given.pollSeconds;
  const streams = hasStreams ? online : 0;
  // A call costs something, and each user in it something more.
  const ofCall = (costs: { readonly get: number; readonly bulkRead: number }) =>
    costs.get + ((given.watched - 1) * (costs.bulkRead - costs.get)) / (BULK - 1);

  const told = hasStreams ? given.watched * node.event : node.webhook;
  const nodeCores = (commits * node.keepAlive + reads * ofCall(node) + changes * told) / 1e6;
  // Whoever has a stream of a tenant, or many of a few users each, reads every change.
  const ownShare = (changes * (node.hint + (hasStreams ? node.change : 0))) / 1e6;
  if (ownShare >= given.used) {
    return { why: `each node would need ${ownShare.toFixed(1)} cores to hear of every change` };
  }
  const nodes = Math.max(
    LEAST_NODES,
    Math.ceil(streams / given.streamsPerNode),
    Math.ceil(nodeCores / (given.used - ownShare)),
  );

  const followers = hasStreams ? nodes : 1;
  const userBytes = users * memory.user;
  const feedBytes = changes * given.retentionHours * HOUR_S * memory.change;
  const serving =
    (commits * (redis.get + redis.commit) + reads * ofCall(redis) + changes * redis.change) / 1e6;
  const bytes =
    commits * (network.get + network.commit + network.replicated) +
    reads * ofCall(network) +
    changes * (followers * network.change + nodes * network.hint);
  const shardsFor = {
    memory: Math.ceil((userBytes + feedBytes) / given.shardBytes),
    network: Math.ceil(bytes / (given.used * given.shardNetwork)),
  };

  for (let shards = 1; ; shards = Math.max(LEAST_OF_CLUSTER, shards + 1)) {
    const partitions = partitionsFor(Math.max(nodes, shards));
    if (partitions > MOST_PARTITIONS) {
      return { why: `it would need ${partitions} partitions, and ${MOST_PARTITIONS} is the most` };
    }
    const sharingPerSecond = nodes * sharing.node + partitions * sharing.partition;
    const looks = partitions * followers * LOOKS_PER_SECOND;
    const heard = changes * (nodes * redis.hint + (followers - 1) * redis.change);
    const redisFollowing = (heard + looks * redis.get + sharingPerSecond * redis.commit) / 1e6;
    const cpu = Math.ceil((serving + redisFollowing) / given.used);
    if (shards < Math.max(cpu, shardsFor.memory, shardsFor.network)) continue;
    return {
      ...{ commitsPerSecond: commits, changesPerSecond: changes, readsPerSecond: reads, streams },
      ...{ userBytes, feedBytes, nodes, nodeCores, ownShare, shards, partitions },
      weekOfFeedBytes: users * given.changesPerDay * 7 * memory.change,
      shardsFor: { cpu, ...shardsFor },
      redisCores: { serving, following: redisFollowing },
      networkPerShard: bytes / shards,
      sharingPerSecond,
    };
  }
}

function partitionsFor(many: number): number {
  return Math.max(LEAST_PARTITIONS, 2 ** Math.ceil(Math.log2(many * PARTITIONS_EACH)));
}
