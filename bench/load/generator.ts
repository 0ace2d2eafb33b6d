import type { Request } from 'autocannon';
import { startChild } from '../child.ts';

/** Where requests go. */
export interface Target {
  readonly origin: string;
  readonly connections: number;
}

export interface BurstOptions extends Target {
  readonly durationMs: number;
}

/** What came of a while under load. */
export interface Burst {
  /** Answers of 2xx. */
  readonly answered: number;
  /** Other answers, and none. */
  readonly failed: number;
  readonly durationMs: number;
  readonly p99Ms: number;
}

/** So often nothing may come at all before that counts as broken. */
const MOST_SILENT = 3;

const isSilent = ({ answered, failed }: Burst) => answered === 0 && failed === 0;

/** The load, in a process of its own: each connection sends its next request when it has its answer. */
export interface Generator {
  burst(options: BurstOptions): Promise<Burst>;
  /** Sends each of these requests once; rejects unless all are answered with 2xx. */
  each(requests: readonly Request[], to: Target): Promise<void>;
  /** Its own CPU time so far. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

/** The requests are sent round and round, each connection its share of them. */
export async function startGenerator(requests: readonly Request[]): Promise<Generator> {
  const child = startChild('load/load');
  await child.ask('prepare', requests);
  return {
    async burst(options) {
      const ask = () => child.ask<Burst>('burst', options);
      let burst = await ask();
      // On a machine with much else to do a short while may pass before anything is answered.
      for (let more = 0; isSilent(burst) && more < MOST_SILENT; more++) burst = await ask();
      if (burst.failed > 0 || burst.answered === 0) {
        throw new Error(`${options.origin}: ${burst.answered} answers, ${burst.failed} failures`);
      }
      return burst;
    },
    async each(given, to) {
      await child.ask('prepare', given);
      await child.ask('each', to);
    },
    cpuMs: () => child.ask<number>('cpuMs'),
    stop: () => child.stop(),
  };
}
