import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort, RedisProcess } from './redis-process.ts';

export { freePort } from './redis-process.ts';

export interface RedisServerOptions {
  /** Settings as `redis-server --NAME VALUE` takes them; nothing is kept on disk unless they say so. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A real redis-server of the test's own, with its data in a folder that goes with it. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #process: RedisProcess;
  #raw: Redis | undefined;

  constructor(port: number, settings: Readonly<Record<string, string>>) {
    this.port = port;
    this.#folder = mkdtempSync(join(tmpdir(), 'porchlight-redis-'));
    this.#settings = settings;
    const flags = Object.entries({ save: '', appendonly: 'no', ...settings });
    this.#process = new RedisProcess([
      ...['--bind', '127.0.0.1', '--port', String(port), '--dir', this.#folder],
      ...flags.flatMap(([name, value]) => [`--${name}`, ...value.split(' ')]),
    ]);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** A client of the test's own, to look and to interfere. */
  get raw(): Redis {
    this.#raw ??= new Redis(this.port, '127.0.0.1', {
      retryStrategy: () => 20,
      ...(this.#settings.requirepass && { password: this.#settings.requirepass }),
    }).on('error', () => {
      // It comes back when the server does.
    });
    return this.#raw;
  }

  /** Starts it; again, with the data that it has, when it was ended. */
  async start(): Promise<void> {
    await this.#process.start();
  }

  /** An empty server again, with nothing of the test before. */
  async flush(): Promise<void> {
    await this.raw.flushall();
  }

  /** As a power cut would, but for what the system still writes. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** It answers no more, and nobody is told. */
  pause(): void {
    this.#process.pause();
  }

  resume(): void {
    this.#process.resume();
  }

  /** Ends it, and removes its data. */
  async stop(): Promise<void> {
    this.#raw?.disconnect();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Starts a server on a free port. A machine without redis-server fails the test and says so. */
export async function startRedis({ settings = {} }: RedisServerOptions = {}): Promise<RedisServer> {
  const server = new RedisServer(await freePort(), settings);
  await server.start();
  return server;
}
