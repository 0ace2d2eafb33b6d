import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { inTemporaryFolder } from '../folder.ts';
import type { Readings } from '../rounds.ts';
import { freePort } from './free-port.ts';
import { putRedisScripts } from './open-store.ts';

/** When what was written is on the disk: never, within a second, or before the answer. */
export type AppendOnly = 'no' | 'everysec' | 'always';

/** A Redis of the bench's own, in a process of its own. */
export interface RedisServer {
  readonly port: number;
  /** The address of a store there; each of its 16 databases can have one. */
  url(partitions?: number, database?: number): string;
  /** A client, to look and to prepare. */
  readonly raw: Redis;
  readonly version: string;
  /** What it has done so far: `cpuMs` of all its threads, `inBytes` and `outBytes` of its clients, `logBytes` of its log. */
  readings(): Promise<Readings>;
  /** What it holds, by the count of its allocator, and how much of that is resident. */
  memory(): Promise<{ readonly usedBytes: number; readonly residentBytes: number }>;
}

const PATIENCE_MS = 20_000;

/** Lends a new, empty Redis; it and its data are gone afterwards. */
export function withRedis<Result>(
  appendOnly: AppendOnly,
  work: (redis: RedisServer) => Promise<Result>,
): Promise<Result> {
  return inTemporaryFolder(async (folder) => {
    await putRedisScripts();
    const port = await freePort();
    const stop = await start(folder, port, appendOnly);
    const raw = new Redis(port, '127.0.0.1');
    try {
      return await work(await opened(port, raw));
    } finally {
      raw.disconnect();
      await stop();
    }
  });
}

async function start(folder: string, port: number, appendOnly: AppendOnly) {
  const settings = {
    bind: '127.0.0.1',
    port: String(port),
    dir: folder,
    save: '',
    appendonly: appendOnly === 'no' ? 'no' : 'yes',
    appendfsync: appendOnly,
    // A log that is written anew in the middle of a round would be nobody's CPU.
    'auto-aof-rewrite-percentage': '0',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = () => child.kill('SIGKILL');
  // Also when the bench fails: nobody else would end it.
  process.once('exit', end);
  const ended = once(child, 'close');
  const stop = async () => {
    end();
    process.off('exit', end);
    await ended;
  };
  let said = '';
  const isReady = new Promise<boolean>((resolve) => {
    const overdue = setTimeout(resolve, PATIENCE_MS, false);
    const settle = (is: boolean) => {
      clearTimeout(overdue);
      resolve(is);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Ready to accept connections')) settle(true);
    });
    child.once('close', () => settle(false));
  });
  if (await isReady) return stop;
  await stop();
  throw new Error(`redis-server doesn't start: ${said}`);
}

async function opened(port: number, raw: Redis): Promise<RedisServer> {
  const { redis_version: version = 'of unknown version' } = await info(raw);
  return {
    port,
    url: (partitions = 16, database = 0) =>
      `redis://127.0.0.1:${port}/${database}?partitions=${partitions}`,
    raw,
    version,
    async readings() {
      const said = await info(raw);
      const cpuSeconds = Number(said.used_cpu_user) + Number(said.used_cpu_sys);
      return {
        cpuMs: cpuSeconds * 1000,
        inBytes: Number(said.total_net_input_bytes),
        outBytes: Number(said.total_net_output_bytes),
        logBytes: Number(said.aof_current_size ?? 0),
      };
    },
    async memory() {
      const said = await info(raw);
      return {
        usedBytes: Number(said.used_memory),
        residentBytes: Number(said.used_memory_rss),
      };
    },
  };
}

async function info(raw: Redis): Promise<Readonly<Record<string, string>>> {
  const lines = (await raw.info()).split('\r\n').map((line) => line.split(':', 2));
  return Object.fromEntries(lines.filter(({ length }) => length === 2));
}
