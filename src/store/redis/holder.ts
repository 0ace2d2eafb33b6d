import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/** Who serves the store, as the lease says it. */
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

/** The holder that the value of a lease names, after its number; undefined if it is none of ours. */
export function holderOf(value: Buffer): Holder | undefined {
  try {
    const text = value.toString();
    return JSON.parse(text.slice(text.indexOf(' '))) as Holder;
  } catch {
    return undefined;
  }
}

/** For people: who it is. */
export function saidOf(holder: Holder | undefined): string {
  if (holder === undefined) return 'somebody holds its lease';
  return `process ${holder.pid} on ${holder.host} serves it since ${holder.since}`;
}
