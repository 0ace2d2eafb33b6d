import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.ts';
import { ROOT, type Running, start, temporaryFolder } from '../program.ts';
import { freePort } from '../redis-server.ts';
import type { Issuer } from './issuer.ts';

const MAIN = join(ROOT, 'dist', 'main.js');
const SKEWED_CLOCK = join(import.meta.dirname, 'skewed-clock.mjs');

/** How long a node may take to be ready, Redis being well. */
const PATIENCE_MS = 30_000;
const LOOK_AGAIN_MS = 50;

export interface NodeOptions {
  readonly name: string;
  readonly redisPort: number;
  readonly issuer: Issuer;
  readonly skewMs: number;
}

/** A server as users start it, with a bad network to Redis and a clock of its own. */
export class Node {
  readonly name: string;
  readonly proxy: FaultProxy;
  readonly origin: string;
  readonly #config: string;
  readonly #skewMs: number;
  #program: Running | undefined;
  #isWanted = true;

  constructor(name: string, proxy: FaultProxy, port: number, config: string, skewMs: number) {
    this.name = name;
    this.proxy = proxy;
    this.origin = `http://127.0.0.1:${port}`;
    this.#config = config;
    this.#skewMs = skewMs;
  }

  /** Starts it, again if it gives up because Redis isn't there, until it is ready. */
  async start(): Promise<void> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    let last = '';
    while (this.#isWanted) {
      if (this.#program === undefined) this.#launch((said) => (last = said));
      if (await this.isReady()) return;
      if (performance.now() > deadlineMs) throw new Error(`${this.name} isn't ready: ${last}`);
      await after(LOOK_AGAIN_MS);
    }
  }

  #launch(onEnd: (said: string) => void): void {
    const args = ['--import', SKEWED_CLOCK, MAIN, 'serve', '--config', this.#config];
    const program = start(process.execPath, args, {
      env: { LINEAR_SKEW_MS: String(this.#skewMs) },
    });
    this.#program = program;
    program.exited.then(({ stdout, stderr }) => {
      onEnd((stdout + stderr).slice(-2000));
      if (this.#program === program) this.#program = undefined;
    });
  }

  async isReady(): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(1000);
      return (await fetch(`${this.origin}/readyz`, { signal })).ok;
    } catch {
      return false;
    }
  }

  /** Whether its process is there. */
  get isRunning(): boolean {
    return this.#program !== undefined;
  }

  async kill(): Promise<void> {
    await this.#program?.kill();
  }

  pause(): void {
    this.#program?.signal('SIGSTOP');
  }

  resume(): void {
    this.#program?.signal('SIGCONT');
  }

  async stop(): Promise<void> {
    this.#isWanted = false;
    await this.kill();
    await this.proxy.close();
  }
}

export async function newNode({ name, redisPort, issuer, skewMs }: NodeOptions): Promise<Node> {
  const proxy = await startFaultProxy(redisPort);
  const port = await freePort();
  const config = join(temporaryFolder(), 'porchlight.json');
  const store = `redis://127.0.0.1:${proxy.port}`;
  const issuers = [issuer.trusted];
  writeFileSync(
    config,
    JSON.stringify({ listen: { port }, store, issuers, log: { level: 'warn' } }),
  );
  return new Node(name, proxy, port, config, skewMs);
}
