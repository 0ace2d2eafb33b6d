import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** How long it may take to start before it is taken for one that doesn't. */
const PATIENCE_MS = 10_000;

export interface RedisServerOptions {
  /** Settings as `redis-server --NAME VALUE` takes them; nothing is kept on disk unless they say so. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A real redis-server of the test's own, with its data in a folder that goes with it. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #settings: Readonly<Record<string, string>>;
  #process: ChildProcess | undefined;
  #raw: Redis | undefined;

  constructor(port: number, settings: Readonly<Record<string, string>>) {
    this.port = port;
    this.#folder = mkdtempSync(join(tmpdir(), 'porchlight-redis-'));
    this.#settings = settings;
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
    const settings = { save: '', appendonly: 'no', ...this.#settings };
    const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    const where = ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.#folder];
    const child = spawn('redis-server', [...where, ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    let printed = '';
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`it did not start: ${printed}`)),
        PATIENCE_MS,
      );
      child.once('error', (cause: NodeJS.ErrnoException) => {
        const reason =
          cause.code === 'ENOENT'
            ? "redis-server isn't installed; these tests need Debian's package redis-server, or one like it"
            : cause.message;
        reject(new Error(reason, { cause }));
      });
      child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${printed}`)));
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        if (!printed.includes('Ready to accept connections')) return;
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** An empty server again, with nothing of the test before. */
  async flush(): Promise<void> {
    await this.raw.flushall();
  }

  /** As a power cut would, but for what the system still writes. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    // One that is paused can't end before it goes on.
    child.kill('SIGKILL');
    await ended;
  }

  /** It answers no more, and nobody is told. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
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

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
