import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** How long it may take to start before it is taken for one that doesn't. */
const PATIENCE_MS = 10_000;

/** A process of redis-server. A machine without redis-server fails the test and says so. */
export class RedisProcess {
  readonly #args: readonly string[];
  /** What it prints when it can be used. */
  readonly #sign: string;
  #process: ChildProcess | undefined;

  constructor(args: readonly string[], sign = 'Ready to accept connections') {
    this.#args = args;
    this.#sign = sign;
  }

  /** Starts it; again, when it was ended. */
  async start(): Promise<void> {
    const child = spawn('redis-server', this.#args, { stdio: ['ignore', 'pipe', 'inherit'] });
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
        if (!printed.includes(this.#sign)) return;
        clearTimeout(timer);
        resolve();
      });
    });
    child.once('exit', (code, signal) => {
      if (this.#process !== child) return;
      console.error(`redis-server ended by itself with ${code ?? signal}: ${printed.slice(-2000)}`);
    });
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
}

export async function freePort(): Promise<number> {
  const port = await portOrNone(0);
  if (port === undefined) throw new Error('no port');
  return port;
}

/**
 * A free port whose fellow, greater by 10000, is free as well: members of a cluster talk to each other there. Both
 * are below those that the system gives to others.
 */
export async function freeClusterPort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 8_000);
    if ((await portOrNone(port)) && (await portOrNone(port + 10_000))) return port;
  }
}

async function portOrNone(wanted: number): Promise<number | undefined> {
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(wanted, '127.0.0.1', () => resolve(true));
  });
  if (!isFree) return undefined;
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address === null || typeof address === 'string' ? undefined : address.port;
}
