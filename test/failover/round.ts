import type { DurabilityMode } from '../../src/store/redis/address.ts';
import type { FeedItem, PresenceStore } from '../../src/store/store.ts';
import type { Random } from '../crash/random.ts';
import type { SentinelGroup } from '../redis-sentinels.ts';
import { until } from '../until.ts';
import { type Fault, type Meanwhile, strike } from './fault.ts';
import { Follower } from './follower.ts';
import type { History } from './history.ts';
import { Load } from './load.ts';
import { settled } from './settled.ts';
import { countSwitches } from './switches.ts';

const USERS = 40;
const WRITERS = 24;
const READERS = 4;
const ENOUGH = 150;

/** How long it may take until writes are acknowledged again. */
const PATIENCE_MS = 45_000;

export interface RoundParts {
  readonly group: SentinelGroup;
  readonly stores: readonly PresenceStore[];
  readonly mode: DurabilityMode;
  readonly fault: Fault;
  readonly random: Random;
  /** Of no other round of the group. */
  readonly round: number;
}

export interface Round {
  readonly history: History;
  /** The longest time without an acknowledged write. */
  readonly gapMs: number;
  /** How often another server became the primary: more than once is more than was asked for. */
  readonly switches: number;
  readonly meanwhile: Meanwhile;
}

/** One failover under load, until all is well again, and what is there then. */
export async function runRound(parts: RoundParts): Promise<Round> {
  const { group, stores, random, round } = parts;
  const userIds = userIdsOf(round);
  const [first] = stores;
  if (first === undefined) throw new Error('there are no stores');
  const from = await Promise.all(
    partitionsOf(first).map(async (at) => (await first.feedBounds(at)).end),
  );
  const followers = stores.map((store) => new Follower(store, from));
  const load = new Load({ stores, userIds, random });
  const switches = await countSwitches(group);
  for (const follower of followers) follower.begin();
  load.begin({ writers: WRITERS, readers: READERS });
  const working = (ms: number) => until(() => load.acknowledgedSince(ms) >= ENOUGH, PATIENCE_MS);
  let meanwhile: Meanwhile;
  try {
    await working(0);
    meanwhile = await strike(parts, load);
    await working(performance.now());
  } finally {
    for (const follower of followers) follower.halt();
    await load.end();
    switches.stop();
  }
  const inTheEnd = await settled(first, from, userIds);
  await Promise.all(followers.map((follower) => follower.end()));
  const ours = (items: readonly FeedItem[]) =>
    items.filter(({ userId }) => userId.startsWith(userIdOf(round, 0).slice(0, 8)));
  const history = {
    writes: load.writes,
    reads: load.reads,
    followed: followers.map(({ items }) => items.map(ours)),
    feeds: inTheEnd.feeds.map(ours),
    records: inTheEnd.records,
  };
  return { history, gapMs: longestGap(load), switches: switches.count(), meanwhile };
}

function longestGap({ writes }: Load): number {
  const times = writes
    .filter(({ outcome }) => outcome === 'acknowledged')
    .map(({ endedMs }) => endedMs);
  return Math.max(0, ...times.slice(1).map((ms, at) => ms - (times[at] ?? ms)));
}

function partitionsOf(store: PresenceStore): number[] {
  return Array.from({ length: store.partitions }, (_, at) => at);
}

/** The users of a round, of whom nobody spoke before. */
export function userIdsOf(round: number): string[] {
  return Array.from({ length: USERS }, (_, user) => userIdOf(round, user));
}

function userIdOf(round: number, user: number): string {
  const hex = (number: number, width: number) => number.toString(16).padStart(width, '0');
  return `${hex(round, 8)}-aaaa-4aaa-8aaa-${hex(user, 12)}`;
}
