import { figure } from '../question.ts';
import { FIGURES, type Figures, MEASURED } from './figures.ts';
import { ASSUMPTIONS, type Assumptions, type Following, type Plan, plan } from './model.ts';

/** An installation, or several alike that share the tenants out. */
interface Column {
  readonly title: string;
  readonly users: number;
  readonly installations: number;
}

const COLUMNS: readonly Column[] = [
  { title: '1 M', users: 1e6, installations: 1 },
  { title: '10 M', users: 10e6, installations: 1 },
  { title: '300 M in one', users: 300e6, installations: 1 },
  { title: '300 M in 30 of 10 M', users: 10e6, installations: 30 },
];

type Cell = (of: Plan, installations: number) => string;

const total = (value: (of: Plan) => number, decimals = 0): Cell => {
  return (of, installations) => figure(value(of) * installations, decimals);
};

const each = (value: (of: Plan) => string): Cell => {
  return (of, installations) => (installations === 1 ? value(of) : `${value(of)} each`);
};

const gigabytes = (bytes: number): string => figure(bytes / 1e9, bytes < 10e9 ? 1 : 0);

const percent = (share: number): string => `${figure(share * 100, share < 0.1 ? 1 : 0)} %`;

const ROWS: readonly (readonly [string, Cell])[] = [
  ['commits/s: keep-alives and changes', total((of) => of.commitsPerSecond)],
  ['of these, changes/s', total((of) => of.changesPerSecond)],
  ['bulk reads/s', total((of) => of.readsPerSecond)],
  ['streams', total((of) => of.streams)],
  ['**nodes**, a core each', (of, many) => `**${figure(of.nodes * many)}**`],
  ['cores that their shared work takes', total((of) => of.nodeCores, 1)],
  ['of its core, what each needs to hear of changes', each((of) => percent(of.ownShare))],
  ['**shards** of Redis, a core each', (of, many) => `**${figure(of.shards * many)}**`],
  [
    'shards for CPU / memory / network alone',
    each(({ shardsFor: { cpu, memory, network } }) =>
      [cpu, memory, network].map((count) => figure(count)).join(' / '),
    ),
  ],
  ['cores of Redis for commits and reads', total((of) => of.redisCores.serving, 1)],
  ['cores of Redis for followers and sharing', total((of) => of.redisCores.following, 1)],
  ['Redis processes, a replica each', total((of) => of.shards * 2)],
  [
    'memory for users / changes, GB',
    each((of) => `${gigabytes(of.userBytes)} / ${gigabytes(of.feedBytes)}`),
  ],
  ['memory for a week of changes, GB', each((of) => gigabytes(of.weekOfFeedBytes))],
  ['network of a shard, Mbit/s', each((of) => figure((of.networkPerShard * 8) / 1e6, 1))],
  ['partitions', each((of) => figure(of.partitions))],
  ['scripts/s for leases and attendance', total((of) => of.sharingPerSecond)],
];

/** What installations of some sizes need, as Markdown. */
export function sizes(following: Following, figures = FIGURES, given = ASSUMPTIONS): string {
  const plans = COLUMNS.map(({ users }) => plan(users, following, figures, given));
  const rows = ROWS.map(([what, cell]) => [
    what,
    ...plans.map((of, index) => ('why' in of ? '–' : cell(of, COLUMNS[index]?.installations ?? 1))),
  ]);
  const notes = plans.flatMap((of, index) =>
    'why' in of ? [`${COLUMNS[index]?.title}: not possible, ${of.why}.`] : [],
  );
  const head = ['users', ...COLUMNS.map(({ title }) => title)];
  return [table(head, rows), ...notes].join('\n\n');
}

/** What is assumed of users. */
export function assumptions(given: Assumptions = ASSUMPTIONS): string {
  return table(
    ['Assumed, in the busiest hour', ''],
    [
      ['users who are online', percent(given.online)],
      ['sessions of each of these, kept alive', figure(given.sessions)],
      ['a keep-alive of each session every', `${given.keepAliveSeconds} s`],
      ['changes of each in an hour', figure(given.changesPerHour)],
      ['users whom each watches, and is watched by', figure(given.watched)],
      ['a client that polls asks about all of them every', `${given.pollSeconds} s`],
      ['changes are kept for', `${given.retentionHours} hours`],
      ['changes of a user in a day', figure(given.changesPerDay)],
      ['of a core and of a network, used', percent(given.used)],
      ['data in a shard, of 32 GB', `${gigabytes(given.shardBytes)} GB`],
      ['network of a shard', `${figure((given.shardNetwork * 8) / 1e9)} Gbit/s`],
      ['streams of a node, not measured', figure(given.streamsPerNode)],
    ],
  );
}

/** What was measured. */
export function measured({ node, redis, network, memory }: Figures = FIGURES): string {
  const micros = (value: number) => figure(value, value < 10 ? 2 : 1);
  const row = (what: string, ofNode?: number, ofRedis?: number, bytes?: number) => [
    what,
    ofNode === undefined ? '' : micros(ofNode),
    ofRedis === undefined ? '' : micros(ofRedis),
    bytes === undefined ? '' : figure(bytes),
  ];
  const costs = table(
    ['', 'CPU of a node, µs', 'CPU of Redis, µs', 'bytes to and from Redis'],
    [
      row('keep-alive by HTTP', node.keepAlive),
      row('commit of one update, the script alone', undefined, redis.commit, network.commit),
      row('… sent on to a replica', undefined, undefined, network.replicated),
      row('one record: by GET over HTTP; in Redis alone', node.get, redis.get, network.get),
      row('650 at random in one call', node.bulkRead, redis.bulkRead, network.bulkRead),
      row('a change read from the feed', node.change, redis.change, network.change),
      row('a hint, for each node that hears it', node.hint, redis.hint, network.hint),
      row('a change read and sent to a webhook', node.webhook),
      row('a change written to a stream', node.event),
    ],
  );
  const { user, change } = memory;
  return `${MEASURED.machine}, ${MEASURED.on}:

${costs}

A user with two sessions takes ${figure(user)} bytes in Redis, a change in the feed ${figure(change)}.`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
