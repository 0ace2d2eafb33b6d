import type { Holder } from '../holder.ts';
import type { Table } from './database.ts';

/** What this version reads and writes. Grows with each change that an older version must not touch. */
export const SCHEMA = 3;

/** The schema from which on a store has a table of documents and knows what its feed has forgotten. */
export const FIRST_WITH_DOCUMENTS = 2;

/** The schema from which on a store has a table of users' histories. */
export const FIRST_WITH_HISTORY = 3;

/** The store's own entry: what it is. */
export interface Format {
  readonly format: 'porchlight';
  readonly schema: number;
}

/** Who serves the store. Its presence means little: a holder that was killed leaves it behind. */
export interface FileHolder extends Holder {
  /** Where it listens: a name in the data folder, or an absolute path. */
  readonly socket: string;
}

const FORMAT = Buffer.from('format');
const SERVING = Buffer.from('serving');
const NEXT_IN_FEED = Buffer.from('feed.next');
const FORGOTTEN = Buffer.from('feed.forgotten');
const FORGOTTEN_MS = Buffer.from('feed.forgottenMs');
const FENCE = Buffer.from('lease.fence');

export function writeFormat(meta: Table): void {
  meta.putSync(FORMAT, bytesOf({ format: 'porchlight', schema: SCHEMA } satisfies Format));
}

/** What the store says it is; undefined if that isn't a store of Porchlight. */
export function readFormat(meta: Table): Format | undefined {
  const value = parsed(meta.getBinary(FORMAT)) as Partial<Format> | undefined;
  if (value?.format !== 'porchlight' || typeof value.schema !== 'number') return undefined;
  return { format: value.format, schema: value.schema };
}

export function readHolder(meta: Table): FileHolder | undefined {
  return parsed(meta.getBinary(SERVING)) as FileHolder | undefined;
}

export function writeHolder(meta: Table, holder: FileHolder | undefined): void {
  if (holder === undefined) meta.removeSync(SERVING);
  else meta.putSync(SERVING, bytesOf(holder));
}

/** A counter that no feed entry before it may get again, although the feed may be empty by now. */
export function readNextInFeed(meta: Table): number {
  const value = parsed(meta.getBinary(NEXT_IN_FEED));
  return typeof value === 'number' ? value : 1;
}

/** Within a batch: keeps `next` with whatever else the batch commits. */
export function putNextInFeed(meta: Table, next: number): void {
  meta.put(NEXT_IN_FEED, bytesOf(next));
}

/** The counter of the last feed entry that was forgotten, 0 when none ever was. */
export function readForgotten(meta: Table): number {
  const value = parsed(meta.getBinary(FORGOTTEN));
  return typeof value === 'number' ? value : 0;
}

/** Within a batch or a transaction: keeps `counter` with whatever else it commits. */
export function putForgotten(meta: Table, counter: number): void {
  meta.put(FORGOTTEN, bytesOf(counter));
}

/** The latest instant of all feed entries that were forgotten, Unix time in ms; 0 when none ever was. */
export function readForgottenMs(meta: Table): number {
  const value = parsed(meta.getBinary(FORGOTTEN_MS));
  return typeof value === 'number' ? value : 0;
}

/** Within a batch or a transaction: keeps `instantMs` with whatever else it commits. */
export function putForgottenMs(meta: Table, instantMs: number): void {
  meta.put(FORGOTTEN_MS, bytesOf(instantMs));
}

/** The fence of the lease as it was taken last, 0 when it never was: servers that share the file have one. */
export function readFence(meta: Table): number {
  const value = parsed(meta.getBinary(FENCE));
  return typeof value === 'number' ? value : 0;
}

/** Within a transaction: keeps `fence` with whatever else it commits. */
export function putFence(meta: Table, fence: number): void {
  meta.put(FENCE, bytesOf(fence));
}

function bytesOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function parsed(bytes: Buffer | undefined): unknown {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
