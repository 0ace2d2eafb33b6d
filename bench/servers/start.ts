import { type Child, startChild } from '../child.ts';
import type { BareOptions } from './bare.ts';
import type { PorchlightOptions } from './porchlight.ts';

/** A server under load, in a process of its own. */
export interface ServerProcess {
  readonly name: string;
  readonly origin: string;
  readonly child: Child;
  /** CPU time of the process so far, all its threads together. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

export function startPorchlight(
  options: PorchlightOptions,
  cpuProfiles?: string,
  core?: number,
): Promise<ServerProcess> {
  return started(
    'Porchlight',
    startChild('servers/porchlight', { argument: options, cpuProfiles, core }),
  );
}

/** `node:http` and nothing else: what Porchlight is compared with. */
export function startBare(options: BareOptions): Promise<ServerProcess> {
  return started('bare node:http', startChild('servers/bare', { argument: options }));
}

async function started(name: string, child: Child): Promise<ServerProcess> {
  return {
    name,
    origin: await child.ask<string>('origin'),
    child,
    cpuMs: () => child.ask<number>('cpuMs'),
    stop: () => child.stop(),
  };
}
