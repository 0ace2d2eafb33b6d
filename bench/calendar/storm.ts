import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from '../child.ts';
import { draw } from '../draw.ts';
import type { Identity } from '../identity.ts';
import type { SteadyRead, SteadyReadsOptions } from '../load/steady-reads.ts';
import { sharedMs } from '../one-clock.ts';
import type { Settings } from '../question.ts';
import type { LoopDelay } from '../servers/loop-delay.ts';
import { type ServerProcess, startPorchlight } from '../servers/start.ts';
import type { Commits, Watching } from '../servers/watched-store.ts';
import { TENANT } from '../users.ts';
import type { Received } from '../webhooks/receiver.ts';
import { presenceOf, type Receiver, startReceiver, subscribe } from '../webhooks/start.ts';
import type { Arrival, FollowOptions } from './follow.ts';
import type { People } from './people.ts';

/** Of whom one subscription is, and one bulk read: Graph's limit for both. */
const LIST = 650;

/** Reads at a steady rate: of one user each, by clients that are connected and by others, and of lists. */
const RATES = { perSecond: 300, newcomersPerSecond: 30, listsPerSecond: 10 };
/** Different ones, sent in turn: so many that most users aren't among those read last. */
const READ_USERS = 20_000;
const READ_LISTS = 100;

/** The server's clock when it starts: before the edge, until everything is ready. */
const BEFORE_EDGE_MS = 10 * 60_000;
const MOST_WARMING_MS = 2000;

/** Who is told beside the subscriber of 650. */
export type Audience = 'nobody else' | 'two that follow everyone';

/** One storm, in ms. */
export interface Storm {
  /** From the edge's instant to the last commit. */
  readonly committedMs: number;
  readonly firstCommitMs: number;
  /** CPU time of the server from the edge on, until all of it was committed. */
  readonly cpuMs: number;
  readonly quiet: While;
  readonly during: While;
  /** Of each of the 650, from the edge's instant and from the commit. */
  readonly fromEdge: readonly number[];
  readonly fromCommit: readonly number[];
  /** From the edge's instant to the last arrival at those who follow everyone. */
  readonly webhookMs: number | undefined;
  readonly streamMs: number | undefined;
}

/** What a while was like. */
export interface While {
  /** How long each read took, by kind. */
  readonly took: Readonly<Record<SteadyRead['of'], readonly number[]>>;
  /** How late the load sent them, which is part of that. */
  readonly sentLate: readonly number[];
  readonly loop: LoopDelay;
}

/** Starts a server shortly before the edge of a group, and looks what becomes of it. */
export async function storm(
  people: People,
  group: number,
  audience: Audience,
  { publicKey, token }: Pick<Identity, 'publicKey' | 'token'>,
  { durationMs, cpuProfiles }: Pick<Settings, 'durationMs' | 'cpuProfiles'>,
): Promise<Storm> {
  const edgeMs = people.edgeMs(group);
  const affected = people.group(group);
  const followed = affected.slice(0, LIST);
  const aheadMs = edgeMs - Date.now() - BEFORE_EDGE_MS;
  const server = await startPorchlight(
    { store: people.place, publicKey, profile: 'extended', aheadMs },
    cpuProfiles,
  );
  const receiver = await startReceiver(1);
  const everyone = audience === 'nobody else' ? undefined : await followAll(server, token);
  const load = startChild('load/steady-reads');
  try {
    const { child, origin } = server;
    const [notificationUrl = ''] = receiver.urls;
    const request = { notificationUrl, resource: presenceOf(followed) };
    await subscribe(server, { tenantId: TENANT, request });
    await child.ask('watch', { changes: affected.length, users: followed } satisfies Watching);
    const readers = sample(people, READ_USERS);
    const lists = draw(readers, { each: Math.min(LIST, readers.length >> 1), times: READ_LISTS });
    await load.ask('begin', {
      ...{ origin, token, users: readers, lists, ...RATES },
    } satisfies SteadyReadsOptions);

    const leftMs = (await child.ask<number>('sharedAt', edgeMs)) - sharedMs();
    const warmingMs = Math.min(MOST_WARMING_MS, durationMs);
    await child.ask('stepClock', leftMs - warmingMs - durationMs);
    const edge = await child.ask<number>('sharedAt', edgeMs);
    const loopDelay = () => child.ask<LoopDelay>('loopDelay');
    await loopDelay();
    await delay(edge - sharedMs() - durationMs);
    await loopDelay();
    await delay(edge - sharedMs());
    const quietLoop = await loopDelay();
    const cpuBeforeMs = await server.cpuMs();
    const { firstMs, lastMs, changed, users } = await child.ask<Commits>('committed');
    const cpuMs = (await server.cpuMs()) - cpuBeforeMs;
    const stormLoop = await loopDelay();
    // However late it is written, a change is of the instant at which it came about.
    if (!changed.every((atMs) => atMs === edgeMs)) throw new Error('a change has another instant');

    await receiver.until(followed.length);
    const arrivals = await receiver.arrivals(0);
    const told = await everyone?.told(affected.length);
    const reads = await load.ask<readonly SteadyRead[]>('end');
    const during = (fromMs: number, toMs: number, loop: LoopDelay): While => {
      const then = reads.filter(({ dueMs }) => fromMs <= dueMs && dueMs < toMs);
      const taken = (kind: SteadyRead['of']) =>
        then.filter(({ of }) => of === kind).map(({ tookMs }) => tookMs);
      const sentLate = then.map(({ lateMs }) => lateMs);
      const took = { user: taken('user'), newcomer: taken('newcomer'), list: taken('list') };
      return { took, sentLate, loop };
    };
    const committed = new Map(users);
    const arrived = followed.map((id) => [id, firstOf(arrivals, id)] as const);
    return {
      committedMs: lastMs - edge,
      firstCommitMs: firstMs - edge,
      cpuMs,
      quiet: during(edge - durationMs, edge, quietLoop),
      during: during(edge, lastMs, stormLoop),
      fromEdge: arrived.map(([, atMs]) => atMs - edge),
      fromCommit: arrived.map(([id, atMs]) => atMs - (committed.get(id) ?? Number.NaN)),
      webhookMs: told && told.webhookMs - edge,
      streamMs: told && told.streamMs - edge,
    };
  } finally {
    await Promise.all([load.stop(), server.stop(), receiver.stop(), everyone?.stop()]);
  }
}

function firstOf(arrivals: ReadonlyMap<string, readonly number[]>, id: string): number {
  const [first] = arrivals.get(id) ?? [];
  if (first === undefined) throw new Error(`nobody was told of ${id}`);
  return first;
}

/** Some of them, spread over all groups and all of the store. */
function sample({ count, group }: People, size: number): string[] {
  const all = [0, 1, 2, 3, 4].flatMap((each) => group(each));
  const step = Math.max(1, Math.floor(count / size));
  return all.filter((_, index) => index % step === 0);
}

/** A subscription and a stream that are about everyone. */
async function followAll(server: ServerProcess, token: string) {
  const receiver: Receiver = await startReceiver(1);
  const stream = startChild('calendar/follow');
  const [notificationUrl = ''] = receiver.urls;
  const request = { notificationUrl, resource: presenceOf('everyone') };
  await subscribe(server, { tenantId: TENANT, request });
  const place = await server.child.ask<string>('place');
  const { port } = new URL(server.origin);
  await stream.ask('follow', { port: Number(port), token, place } satisfies FollowOptions);
  return {
    /** Instants of the shared clock at which the last of them came. */
    async told(changes: number) {
      const { lastMs }: Received = await receiver.until(changes);
      const arrivals = await stream.ask<readonly Arrival[]>('until', changes);
      return { webhookMs: lastMs, streamMs: arrivals.at(-1)?.[1] ?? Number.NaN };
    },
    stop: () => Promise.all([receiver.stop(), stream.stop()]),
  };
}
