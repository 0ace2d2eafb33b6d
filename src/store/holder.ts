import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** Who serves a store, as the store says it. */
export interface Holder {
  /** Tells two servers apart that have all else in common. */
  readonly nonce: string;
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/** This process. */
export function newHolder(): Holder {
  return {
    nonce: randomBytes(8).toString('hex'),
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
  };
}

/** For people: who it is. */
export function saidOf({ pid, host, since }: Holder): string {
  return `process ${pid} on ${host} serves it since ${since}`;
}
