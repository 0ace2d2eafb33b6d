import { setTimeout as after } from 'node:timers/promises';
import type { DurabilityMode } from '../../src/store/redis/address.ts';
import type { Random } from '../crash/random.ts';
import type { SentinelGroup } from '../redis-sentinels.ts';
import type { RedisServer } from '../redis-server.ts';
import { until } from '../until.ts';
import type { Load } from './load.ts';
import { whole } from './whole.ts';

/**
 * - `crash`: the primary is killed, and comes back with nothing, as a replica.
 * - `stalled`: it is stopped, and goes on when another one has its place and its replicas, which nobody tells it for a
 *   while. It reads then what it was sent before.
 * - `amid`: the same, but it goes on as soon as another one takes writes. For up to a second Sentinel hasn't told the
 *   other replica, which still follows it, nor anybody else.
 */
export type Fault = 'crash' | 'stalled' | 'amid';

export interface StrikeParts {
  readonly group: SentinelGroup;
  readonly mode: DurabilityMode;
  readonly fault: Fault;
  readonly random: Random;
}

/** While a server was away after the failover: writes asked for that were acknowledged, and that weren't. */
export interface Meanwhile {
  readonly acknowledged: number;
  readonly failed: number;
}

/** How long a primary that was replaced stays stopped still, and how long it then thinks that it is one. */
const LONGEST_STOP_MS = 1500;
const LONGEST_BELIEF_MS = 1500;

/** Sentinels begin no failover within twice their timeout of the last, and a second. */
const APART_MS = 5500;

/** How long it may take until another one has taken over, or writes are answered. */
const PATIENCE_MS = 45_000;

/** Breaks the primary under load, has another one take over, and makes all well again. */
export async function strike(
  { group, mode, fault, random }: StrikeParts,
  load: Load,
): Promise<Meanwhile> {
  const primary = await group.primary();
  const struckMs = performance.now();
  if (fault === 'crash') await primary.kill();
  else primary.pause();
  await promotedBeside(group, primary);
  if (fault === 'stalled') {
    await leftBehind(group, primary);
    await after(random.next() * LONGEST_STOP_MS);
  }
  if (fault !== 'crash') {
    primary.resume();
    await after(random.next() * LONGEST_BELIEF_MS);
  }
  await group.switched(primary);
  const meanwhile = await watch(mode, load);
  if (fault === 'crash') await primary.start();
  await whole(group);
  await after(Math.max(0, struckMs + APART_MS - performance.now()));
  return meanwhile;
}

/** Resolves when no replica follows this server any more, and the sentinels name another one. */
async function leftBehind(group: SentinelGroup, primary: RedisServer): Promise<void> {
  const next = await group.switched(primary);
  const others = group.servers.filter((server) => server !== primary && server !== next);
  await until(async () => {
    const roles = await Promise.all(others.map(({ raw }) => raw.role()));
    return roles.every(([role, , port]) => role === 'slave' && port === next.port);
  }, PATIENCE_MS);
}

/** Resolves when another server than this one takes writes, which the sentinels may not tell yet. */
async function promotedBeside(group: SentinelGroup, primary: RedisServer): Promise<void> {
  const others = group.servers.filter((server) => server !== primary);
  await until(async () => {
    const roles = await Promise.all(others.map(({ raw }) => raw.role()));
    return roles.some(([role]) => role === 'master');
  }, PATIENCE_MS);
}

/** What is enough to see what becomes of writes. */
const ENOUGH = 24;

/** What becomes of writes while one of three servers is away. */
async function watch(mode: DurabilityMode, load: Load): Promise<Meanwhile> {
  const sinceMs = performance.now();
  await until(
    () =>
      (mode === 'strict' ? load.failedSince(sinceMs) : load.acknowledgedSince(sinceMs)) >= ENOUGH,
    PATIENCE_MS,
  );
  return { acknowledged: load.acknowledgedSince(sinceMs), failed: load.failedSince(sinceMs) };
}
