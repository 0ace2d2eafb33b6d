import { GROUPS, type People, peopleAtWork } from './calendar/people.ts';
import { type Audience, type Storm, storm } from './calendar/storm.ts';
import { startChild } from './child.ts';
import { inTemporaryFolder } from './folder.ts';
import { createIdentity } from './identity.ts';
import { missing } from './installed.ts';
import type { SteadyRead } from './load/steady-reads.ts';
import { figure, type Question, type Row, type Settings, skipped } from './question.ts';
import { median } from './rounds.ts';
import { withRedis } from './servers/redis.ts';
import type { Passed, PassingOptions } from './servers/store.ts';
import { percentile } from './webhooks/latency.ts';

/** Aim: all of it is committed, and everyone has been told, ten seconds after the edge. */
const AIM_S = 10;
/** Aim: a notification comes a quarter of a second after its commit, also in a storm. */
const AIM_NOTIFIED_MS = 250;
/** Aim: a read is answered within the time that is known as at once. */
const AIM_READ_MS = 100;

/** Handed to the store at once where nothing else is to be done. */
const AT_ONCE = 20_000;

/** How many people the store has, if not as many as the question says. */
const USERS = Number(process.env.BENCH_USERS ?? Number.NaN);

/** X */
const MOST_ROUNDS = GROUPS - 2;

/** A fifth of everyone's meetings begin at the same instant, and time is all that passes. */
export const calendarStorm: Question = {
  name: 'calendar-storm',
  title: 'A calendar edge for a fifth of everyone',
  run: (settings) =>
    inTemporaryFolder((place) => storms(place, sizeOf(1_000_000, settings), settings)),
};

export const redisCalendarStorm: Question = {
  name: 'redis-calendar-storm',
  title: 'A calendar edge for a fifth of everyone, presence in Redis',
  async run(settings) {
    const lacking = await missing('redis-server');
    if (lacking !== undefined) return [skipped('edges', `there is no ${lacking} here`)];
    return withRedis('everysec', (redis) =>
      storms(redis.url(), sizeOf(200_000, settings), settings),
    );
  },
};

function sizeOf(users: number, { quick }: Settings): number {
  return Number.isNaN(USERS) ? (quick ? 20_000 : users) : USERS;
}

async function storms(place: string, users: number, settings: Settings): Promise<Row[]> {
  const { note } = settings;
  note(`calendar-storm: building a store of ${figure(users)} users`);
  const people = await peopleAtWork(place, users);
  note(`calendar-storm: built in ${figure(people.builtInMs / 1000, 1)} s`);
  const raw = await rawCommit(people);
  note(`calendar-storm: raw ${figure(raw.durationMs / 1000, 2)} s`);
  const identity = await createIdentity();
  const one = async (group: number, audience: Audience) => {
    const found = await storm(people, group, audience, identity, settings);
    note(`calendar-storm: ${figure(found.committedMs / 1000, 2)} s, told ${audience}`);
    return found;
  };
  const all: Storm[] = [];
  // In the order of their edges, none left out: what nobody was there for comes due when a server starts.
  const rounds = Math.min(settings.rounds, MOST_ROUNDS);
  for (let round = 1; round <= rounds; round++) all.push(await one(round, 'nobody else'));
  return [
    ...rowsOf(people, raw, all),
    told(people, await one(rounds + 1, 'two that follow everyone')),
  ];
}

/** The same for the users of the first group, and nothing beside it. */
async function rawCommit(people: People): Promise<Passed> {
  const child = startChild('servers/store', { argument: { store: people.place } });
  try {
    const passed = await child.ask<Passed>('passTime', {
      ...{ users: people.group(0), nowMs: people.edgeMs(0), underWay: AT_ONCE },
    } satisfies PassingOptions);
    if (passed.changes !== people.inGroup) throw new Error(`${passed.changes} changed`);
    return passed;
  } finally {
    await child.stop();
  }
}

function rowsOf({ count, inGroup }: People, raw: Passed, storms: readonly Storm[]): Row[] {
  const of = (value: (storm: Storm) => number) => storms.map(value);
  const committedMs = of((each) => each.committedMs);
  const what = `${figure(inGroup)} of ${figure(count)} users at the same instant`;
  const ms = (values: readonly number[], share: number) => percentile(values, share);
  const read = (name: string, kind: SteadyRead['of'], aim: number): Row => {
    const at = (share: number, when: 'quiet' | 'during') =>
      median(of((each) => ms(each[when].took[kind], share)));
    const p99 = at(0.99, 'during');
    return {
      what: `${what}: ${name} meanwhile, at a steady rate`,
      result: `p99 ${figure(p99, 1)} ms, ${figure(p99 / at(0.99, 'quiet'), 1)} × when quiet`,
      aim: `≤ ${aim} ms`,
      met: p99 <= aim,
      figures: `p50 ${figure(at(0.5, 'during'), 1)} ms, longest ${figure(Math.max(...of((each) => ms(each.during.took[kind], 1))), 1)} ms; when quiet p50 ${figure(at(0.5, 'quiet'), 1)} ms, p99 ${figure(at(0.99, 'quiet'), 1)} ms; of it the load itself p99 ${figure(median(of((each) => ms(each.during.sentLate, 0.99))), 1)} ms`,
    };
  };
  const loop = (when: 'quiet' | 'during', which: 'p99Ms' | 'maxMs') =>
    figure(median(of((each) => each[when].loop[which])), 1);
  const edgeP99 = median(of((each) => ms(each.fromEdge, 0.99)));
  const commitP99 = median(of((each) => ms(each.fromCommit, 0.99)));
  return [
    {
      what: `${what}: until the last is committed`,
      result: `${figure(median(committedMs) / 1000, 1)} s, ${figure(median(committedMs) / raw.durationMs, 2)} × the store alone`,
      aim: `≤ ${AIM_S} s`,
      met: median(committedMs) <= AIM_S * 1000,
      figures: `longest ${figure(Math.max(...committedMs) / 1000, 1)} s; the first after ${figure(median(of((each) => each.firstCommitMs)))} ms; ${figure((inGroup * 1000) / median(committedMs))}/s, ${figure((median(of((each) => each.cpuMs)) * 1000) / inGroup, 1)} µs CPU each, reads included; the store alone ${figure(raw.durationMs / 1000, 1)} s, ${figure((raw.cpuMs * 1000) / inGroup, 1)} µs CPU each; event loop late p99 ${loop('during', 'p99Ms')} ms, most ${loop('during', 'maxMs')} ms; when quiet ${loop('quiet', 'p99Ms')} and ${loop('quiet', 'maxMs')} ms`,
    },
    read('GET presence', 'user', AIM_READ_MS),
    read('GET presence by clients that connect for it', 'newcomer', AIM_READ_MS),
    read('getPresencesByUserId with 650 ids', 'list', 2 * AIM_READ_MS),
    {
      what: `${what}: notifications to a subscriber of 650 of them, http on loopback`,
      result: `p99 ${figure(commitP99, 1)} ms from the commit`,
      aim: `≤ ${AIM_NOTIFIED_MS} ms`,
      met: commitP99 <= AIM_NOTIFIED_MS,
      figures: `p50 ${figure(median(of((each) => ms(each.fromCommit, 0.5))), 1)} ms; from the edge's instant p50 ${figure(median(of((each) => ms(each.fromEdge, 0.5))) / 1000, 2)} s, p99 ${figure(edgeP99 / 1000, 2)} s`,
    },
  ];
}

function told({ count, inGroup }: People, storm: Storm): Row {
  const { committedMs, webhookMs = Number.NaN, streamMs = Number.NaN } = storm;
  const lastMs = Math.max(webhookMs, streamMs);
  const p99 = percentile(storm.during.took.user, 0.99);
  return {
    what: `${figure(inGroup)} of ${figure(count)} users at the same instant, with a webhook and a stream that are told of each`,
    result: `${figure(lastMs / 1000, 1)} s until the last was told`,
    aim: `≤ ${AIM_S} s`,
    met: lastMs <= AIM_S * 1000,
    figures: `committed after ${figure(committedMs / 1000, 1)} s; webhook ${figure(webhookMs / 1000, 1)} s, stream ${figure(streamMs / 1000, 1)} s; the subscriber of 650 p99 ${figure(percentile(storm.fromCommit, 0.99), 1)} ms from the commit; GET p50 ${figure(percentile(storm.during.took.user, 0.5), 1)} ms, p99 ${figure(p99, 1)} ms, of it the load itself p99 ${figure(percentile(storm.during.sentLate, 0.99), 1)} ms; event loop late at most ${figure(storm.during.loop.maxMs, 1)} ms`,
  };
}
