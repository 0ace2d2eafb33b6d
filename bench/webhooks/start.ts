import { startChild } from '../child.ts';
import type { Subscribing } from '../servers/porchlight.ts';
import type { ServerProcess } from '../servers/start.ts';
import type { Death, Received } from './receiver.ts';
import type { SentChanges, SteadyOptions } from './steady.ts';

/** Endpoints in a process of their own, which parse what they get and count it. */
export interface Receiver {
  readonly urls: readonly string[];
  reset(): Promise<void>;
  received(): Promise<Received>;
  /** Resolves once there are so many items since the last reset. */
  until(items: number): Promise<Received>;
  /** Instants of the shared clock by user, of one endpoint. */
  arrivals(index: number): Promise<ReadonlyMap<string, readonly number[]>>;
  die(index: number, how: Death): Promise<void>;
  stop(): Promise<void>;
}

export async function startReceiver(endpoints: number): Promise<Receiver> {
  const child = startChild('webhooks/receiver', { argument: { endpoints } });
  return {
    urls: await child.ask<readonly string[]>('urls'),
    reset: () => child.ask('reset'),
    received: () => child.ask<Received>('received'),
    until: (items) => child.ask<Received>('until', items),
    arrivals: async (index) =>
      new Map(await child.ask<readonly [string, readonly number[]][]>('arrivals', index)),
    die: (index, how) => child.ask('die', { index, how }),
    stop: () => child.stop(),
  };
}

/** A load of changes at a steady rate, in a process of its own. */
export function startSteadyLoad() {
  const child = startChild('webhooks/steady');
  return {
    change: (options: SteadyOptions) => child.ask<SentChanges>('change', options),
    stop: () => child.stop(),
  };
}

/** Has a server of profile extended notify `url`. */
export function subscribe({ child }: ServerProcess, subscribing: Subscribing): Promise<void> {
  return child.ask('subscribe', subscribing);
}

/** The resource of everybody's presence, or of these users'. */
export function presenceOf(users: 'everyone' | readonly string[]): string {
  if (users === 'everyone') return '/communications/presences';
  return `/communications/presences?$filter=id in (${users.map((id) => `'${id}'`).join(',')})`;
}
