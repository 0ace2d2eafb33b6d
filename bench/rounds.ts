import type { BurstOptions, Generator } from './load/generator.ts';
import type { ServerProcess } from './servers/start.ts';

/** One server's figures over all rounds. */
export interface Figures {
  /** Requests answered in a second, one figure a round. */
  readonly perSecond: readonly number[];
  /** CPU time of the server process for one request, in µs, one figure a round. */
  readonly cpuMicros: readonly number[];
  readonly p99Ms: readonly number[];
  /** By how much what else was read grew with one request, one a round. */
  readonly grew: readonly Readings[];
}

/** Figures that only grow, such as CPU time, by name. */
export type Readings = Readonly<Record<string, number>>;

/** A server, and what it is asked. */
export interface Contender {
  readonly server: Pick<ServerProcess, 'origin' | 'cpuMs'>;
  readonly generator: Pick<Generator, 'burst'>;
  /** Reads what else is at work for it. */
  readonly readings?: () => Promise<Readings>;
}

export interface RoundOptions {
  readonly connections: number;
  readonly rounds: number;
  readonly durationMs: number;
}

/**
 * Loads the servers in turn, A B A B …, so that what else the machine does meets both alike. A first
 * turn, which isn't counted, lets them warm up.
 */
export async function interleave(
  contenders: readonly Contender[],
  { connections, rounds, durationMs }: RoundOptions,
): Promise<Figures[]> {
  const figures = contenders.map(() => ({
    perSecond: [] as number[],
    cpuMicros: [] as number[],
    p99Ms: [] as number[],
    grew: [] as Readings[],
  }));
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { server, generator, readings }] of contenders.entries()) {
      const options: BurstOptions = { origin: server.origin, connections, durationMs };
      const readBefore = (await readings?.()) ?? {};
      const before = await server.cpuMs();
      const { answered, durationMs: tookMs, p99Ms } = await generator.burst(options);
      const cpuMs = (await server.cpuMs()) - before;
      const readAfter = (await readings?.()) ?? {};
      if (round === 0) continue;
      const own = figures[index];
      own?.perSecond.push(answered / (tookMs / 1000));
      own?.cpuMicros.push((cpuMs * 1000) / answered);
      own?.p99Ms.push(p99Ms);
      const growth = ([name, value]: [string, number]): [string, number] => [
        name,
        (value - (readBefore[name] ?? 0)) / answered,
      ];
      own?.grew.push(Object.fromEntries(Object.entries(readAfter).map(growth)));
    }
  }
  return figures;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The ratio of each round's pair: median, least and greatest. */
export function ratios(of: readonly number[], to: readonly number[]) {
  const each = of.map((value, index) => value / (to[index] ?? Number.NaN));
  return { median: median(each), least: Math.min(...each), greatest: Math.max(...each) };
}

/** By how much a reading of that name grew with one request, by the median of the rounds. */
export function grown({ grew }: Figures, name: string): number {
  return median(grew.map((readings) => readings[name] ?? Number.NaN));
}
