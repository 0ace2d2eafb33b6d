import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Burst } from '../load/generator.ts';

/** What `redis-benchmark` is to send, and how. */
export interface RedisBenchmarkOptions {
  readonly port: number;
  readonly connections: number;
  /** Commands that a connection sends before it waits for their answers. */
  readonly pipelined: number;
  /** Numbers that `__rand_int__` in the command stands for: 12 digits, below this. */
  readonly randomBelow: number;
  readonly command: readonly (string | number)[];
}

/** Redis' own load generator, which sends one command over and over. */
export interface RedisBenchmark {
  burst(options: { readonly durationMs: number }): Promise<Burst>;
  /** CPU time of its runs so far. */
  cpuMs(): Promise<number>;
}

/** How many commands a second it begins with; after that it knows better. */
const FIRST_GUESS = 20_000;

export function redisBenchmark(options: RedisBenchmarkOptions): RedisBenchmark {
  const { port, connections, pipelined, randomBelow, command } = options;
  let perSecond = FIRST_GUESS;
  let cpuMs = 0;
  return {
    async burst({ durationMs }) {
      // It takes a number of commands, and no time.
      const count = Math.ceil((perSecond * durationMs) / 1000);
      const args = [
        ...['-p', port, '-c', connections, '-P', pipelined, '-n', count, '-r', randomBelow],
        ...['--csv', ...command],
      ].map(String);
      const script = 'redis-benchmark "$@" && times';
      const ran = await promisify(execFile)('sh', ['-c', script, 'sh', ...args]);
      if (ran.stderr !== '') throw new Error(`redis-benchmark: ${ran.stderr}`);
      // "command","rps","avg_latency_ms","min_…","p50_…","p95_…","p99_…","max_…"
      const [, rps, p99] = /","([\d.]+)",(?:"[\d.]+",){4}"([\d.]+)",/.exec(ran.stdout) ?? [];
      if (rps === undefined) throw new Error(`redis-benchmark: ${ran.stdout}`);
      cpuMs += childrenMs(ran.stdout);
      perSecond = Number(rps);
      return {
        answered: count,
        failed: 0,
        durationMs: (count / perSecond) * 1000,
        p99Ms: Number(p99),
      };
    },
    cpuMs: async () => cpuMs,
  };
}

/** CPU time of what a shell started, by the last line of its `times`: `0m1.23s 0m0.45s`. */
function childrenMs(printed: string): number {
  const line = printed.trimEnd().split('\n').at(-1) ?? '';
  const spans = [...line.matchAll(/(\d+)m([\d.]+)s/g)];
  if (spans.length !== 2) throw new Error(`times printed ${line}`);
  return spans.reduce((sum, [, minutes, s]) => sum + (Number(minutes) * 60 + Number(s)) * 1000, 0);
}
