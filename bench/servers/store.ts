import { advance } from '../../src/engine/advance.ts';
import type { PresenceCommand } from '../../src/engine/command.ts';
import { AVAILABLE } from '../../src/engine/pair.ts';
import { answer, givenArgument } from '../child.ts';
import type { Burst } from '../load/generator.ts';
import { APP, TENANT, userId } from '../users.ts';
import { openStore } from './open-store.ts';

/** A store in a process of its own, without HTTP before it. */
export interface StoreOptions {
  /** A folder, or the address of a Redis. */
  readonly store: string;
}

export interface UpdatesOptions {
  /** Users, kept alive in turn. */
  readonly users: number;
  /** Updates under way at once: the next is made when one has been carried out. */
  readonly underWay: number;
  readonly durationMs: number;
}

/** Users for whom time passes, in the order of their keys. */
export interface PassingOptions {
  readonly users: readonly string[];
  /** The instant it is for them. */
  readonly nowMs: number;
  readonly underWay: number;
}

/** What writing it took. */
export interface Passed {
  readonly changes: number;
  readonly durationMs: number;
  readonly cpuMs: number;
}

/** What reading the feeds from their beginning took. */
export interface FeedRead {
  readonly entries: number;
  readonly cpuMs: number;
}

const KEEP_ALIVE: PresenceCommand = {
  kind: 'setPresence',
  appId: APP,
  sessionId: APP,
  pair: AVAILABLE,
  lifetimeMs: 3_600_000,
};

/** As many as the server reads at once. */
const PAGE = 1000;

const store = await openStore(givenArgument<StoreOptions>().store);

async function updates({ users, underWay, durationMs }: UpdatesOptions): Promise<Burst> {
  const beganMs = performance.now();
  let next = 0;
  let answered = 0;
  const work = async () => {
    while (performance.now() - beganMs < durationMs) {
      const user = { tenantId: TENANT, userId: userId(next++ % users) };
      const nowMs = Date.now();
      await store.update(user, nowMs, (record) => advance(record, nowMs, KEEP_ALIVE));
      answered++;
    }
  };
  await Promise.all(Array.from({ length: underWay }, work));
  const tookMs = performance.now() - beganMs;
  return { answered, failed: 0, durationMs: tookMs, p99Ms: Number.NaN };
}

async function passTime({ users, nowMs, underWay }: PassingOptions): Promise<Passed> {
  const beganMs = performance.now();
  const cpuBeforeMs = cpuMs();
  let changes = 0;
  const waiting = [...users].sort().values();
  const work = async () => {
    for (const id of waiting) {
      const user = { tenantId: TENANT, userId: id };
      const advanced = await store.update(user, nowMs, (record) => advance(record, nowMs));
      changes += advanced.changes.length;
    }
  };
  await Promise.all(Array.from({ length: underWay }, work));
  return { changes, durationMs: performance.now() - beganMs, cpuMs: cpuMs() - cpuBeforeMs };
}

async function readFeeds(): Promise<FeedRead> {
  const before = cpuMs();
  let entries = 0;
  for (let partition = 0; partition < store.partitions; partition++) {
    let { cursor, entries: page } = await store.feed(partition, '', PAGE);
    while (page.length > 0) {
      entries += page.length;
      ({ cursor, entries: page } = await store.feed(partition, cursor, PAGE));
    }
  }
  return { entries, cpuMs: cpuMs() - before };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

answer({ updates, passTime, readFeeds, cpuMs }, () => store.close());
