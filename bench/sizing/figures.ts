/** What one thing costs. CPU is time of one core; bytes are those of Redis' clients, without TCP and TLS. */
export interface Figures {
  /** CPU of a node, µs. */
  readonly node: {
    /** A keep-alive over HTTP whose record is seldom remembered; a change costs as much. */
    readonly keepAlive: number;
    /** A GET of one user. */
    readonly get: number;
    /** A bulk read of 650 users. */
    readonly bulkRead: number;
    /** A change read from the feed, without telling anybody. */
    readonly change: number;
    /** A hint that is heard. */
    readonly hint: number;
    /** A change sent to a webhook, with reading it. */
    readonly webhook: number;
    /** A change written to a stream, one at a time. */
    readonly event: number;
  };
  /** CPU of Redis, µs. */
  readonly redis: {
    /** The commit script with one update. */
    readonly commit: number;
    /** A record read, or a look at something that hasn't changed. */
    readonly get: number;
    readonly bulkRead: number;
    readonly change: number;
    /** A hint, for each node that hears it. */
    readonly hint: number;
  };
  /** Bytes that Redis receives and sends. */
  readonly network: {
    readonly commit: number;
    /** Sent on to a replica: as much as goes to the log. */
    readonly replicated: number;
    readonly get: number;
    readonly bulkRead: number;
    readonly change: number;
    readonly hint: number;
  };
  /** Bytes in Redis' memory. */
  readonly memory: {
    readonly user: number;
    readonly change: number;
  };
  /** Scripts a second. */
  readonly sharing: {
    /** For each node: that it is there. */
    readonly node: number;
    /** For each partition: that it is still its holder's. */
    readonly partition: number;
  };
}

/** When and where. */
export const MEASURED = {
  on: '2026-11-21',
  machine: 'AMD EPYC, 2 cores, 23.5 GiB, Linux 6.18, Node v20.20.2, Redis 7.0.15',
  command:
    'npm run bench -- redis-keep-alive redis-commit redis-nodes redis-read redis-memory redis-hints --rounds 3 --seconds 2',
} as const;

/** To be replaced as a whole after a run of the command above; each says where it is in what is printed. */
export const FIGURES: Figures = {
  node: {
    // redis-keep-alive, 100,000 users, everysec: CPU each
    keepAlive: 76.0,
    // redis-read, GET of one: CPU each
    get: 55.6,
    // redis-read, of 100,000 at random: CPU each
    bulkRead: 6_053.5,
    // redis-memory, changes in the feed, two sessions: CPU each
    change: 8.26,
    // redis-hints: of the node
    hint: 5.5,
    // webhook-burst, at all endpoints at once: CPU for each change, committed (to LMDB) and delivered
    webhook: 36.4,
    // stream-fan-out, 1 change under way: CPU each
    event: 13.63,
  },
  redis: {
    // redis-commit, 100 under way: the script by redis-benchmark, not pipelined, of Redis
    commit: 21.4,
    // redis-commit, 100 connections: a record read by GET, of Redis
    get: 6.9,
    // redis-read, of 100,000 at random: of Redis
    bulkRead: 910.0,
    // redis-memory, changes in the feed, two sessions: of Redis
    change: 0.5,
    // redis-hints: of Redis
    hint: 0.53,
  },
  network: {
    // redis-commit, the script by redis-benchmark, not pipelined: received and sent
    commit: 496,
    // redis-keep-alive, 100,000 users, everysec: in its log
    replicated: 166,
    // redis-commit, a record read by GET: received and sent
    get: 157,
    // redis-read, of 100,000 at random: received and sent
    bulkRead: 96_407,
    // redis-memory, changes in the feed, two sessions: sent
    change: 126,
    // redis-hints: sent to each
    hint: 58,
  },
  memory: {
    // redis-memory, two sessions: without changes
    user: 539,
    // redis-memory, two sessions: a change
    change: 93,
  },
  sharing: {
    // test/sharing/simulation.test.ts, 1,000 partitions and 100 nodes: 4.0 calls a second and node, one half of
    // them attendance and the other one renewal of all that it has, which is a script for each partition; the
    // heartbeat of the store and its question for the clock come on top.
    node: 4,
    partition: 2,
  },
};
