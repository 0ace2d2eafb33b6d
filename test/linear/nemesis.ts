import { setTimeout as after } from 'node:timers/promises';
import type { Random } from '../crash/random.ts';
import type { FaultProxy } from '../fault-proxy.ts';
import type { RedisServer } from '../redis-server.ts';
import type { Node } from './node.ts';

export const FAULTS = [
  'kill a node',
  'kill Redis',
  'pause a node',
  'pause Redis',
  'latency',
  'reset',
  'half-open',
  'one-way drop',
  'refuse',
] as const;

export type Fault = (typeof FAULTS)[number];

/** How long a fault lasts, and how long all is well after it. */
const TROUBLE_MS = { least: 500, most: 4000 };
const HEALTH_MS = { least: 500, most: 2000 };

export interface Battlefield {
  readonly redis: RedisServer;
  readonly nodes: readonly Node[];
  readonly random: Random;
}

/**
 * Breaks something, sometimes two things at a time, and makes all well again, until the signal. Each kind of fault has
 * its turn before one comes again.
 */
export async function torment(
  field: Battlefield,
  signal: AbortSignal,
): Promise<ReadonlyMap<Fault, number>> {
  const { random } = field;
  const counts = new Map<Fault, number>();
  const waiting: Fault[] = [];
  await pause(random.between(HEALTH_MS.least, HEALTH_MS.most), signal);
  while (!signal.aborted) {
    if (waiting.length === 0) waiting.push(...random.some(FAULTS, FAULTS.length));
    const mends = waiting.splice(0, random.chance(0.25) ? 2 : 1).map((fault) => {
      counts.set(fault, (counts.get(fault) ?? 0) + 1);
      return strike(fault, field);
    });
    await pause(random.between(TROUBLE_MS.least, TROUBLE_MS.most), signal);
    for (const mend of await Promise.all(mends)) await mend();
    await wellAgain(field);
    await pause(random.between(HEALTH_MS.least, HEALTH_MS.most), signal);
  }
  return counts;
}

/** @returns what makes it well again */
async function strike(fault: Fault, { redis, nodes, random }: Battlefield) {
  const node = random.pick(nodes);
  switch (fault) {
    case 'kill a node':
      await node.kill();
      return async () => {};
    case 'kill Redis':
      await redis.kill();
      return () => redis.start();
    case 'pause a node':
      node.pause();
      return async () => node.resume();
    case 'pause Redis':
      redis.pause();
      return async () => redis.resume();
    default:
      disturb(fault, node.proxy, random);
      return async () => node.proxy.heal();
  }
}

function disturb(fault: Fault, proxy: FaultProxy, random: Random): void {
  const direction = random.pick(['to server', 'to client'] as const);
  switch (fault) {
    case 'latency':
      proxy.delay('to server', random.between(0, 300));
      proxy.delay('to client', random.between(0, 300));
      break;
    case 'half-open':
      proxy.freeze({ newOnes: random.chance(0.5) });
      break;
    case 'one-way drop':
      if (random.chance(0.6)) proxy.hold(direction);
      else proxy.lose(direction);
      break;
    case 'refuse':
      proxy.refuse();
      proxy.reset();
      break;
    default:
      proxy.reset();
  }
}

/** All nodes run and are ready. */
export async function wellAgain({ nodes }: Pick<Battlefield, 'nodes'>): Promise<void> {
  await Promise.all(nodes.map((node) => node.start()));
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await after(ms, undefined, { signal }).catch(() => {});
}
