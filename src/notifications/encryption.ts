import { randomBytes as systemRandomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { encryptContent, outOf, RANDOM_BYTES } from './encrypt.ts';
import { createPool, type EncryptionPool, type Part, type Result } from './encryption-pool.ts';
import type { Encryptor } from './encryptor.ts';

/**
 * So many plaintexts aren't worth a worker: 30 µs each with a key of 2048 bits, while a message costs this
 * thread some 25 µs whatever is in it, the worker as much, and 100 µs until the answer is here.
 */
const FEW = 4;
/** So many are encrypted between two turns of the event loop: a quarter of a ms, half a ms with 4096 bits. */
const SLICE = 8;
/** So many go to a worker in one message. */
const BATCH = 64;

export interface EncryptorOptions {
  /** `encryption-worker.js`, built. Without it everything happens in this thread. */
  readonly worker?: URL;
  /** Threads at most: one for each core but the first, and no more than 2, by default. */
  readonly workers?: number;
  /** Where the keys come from: the system by default. */
  readonly randomBytes?: (size: number) => Uint8Array;
  /** Told of each worker that ended by itself; its work is done in this thread. */
  readonly onError?: (error: Error) => void;
}

/** `close` was called; what was underway then is not encrypted. */
export class EncryptorClosed extends Error {
  constructor() {
    super('the encryptor is closed');
    this.name = 'EncryptorClosed';
  }
}

/** At most `SLICE` plaintexts, and who waits for them. */
interface Job extends Part {
  resolve(contents: readonly string[]): void;
  reject(error: unknown): void;
}

/**
 * Encrypts what is asked for within one turn of the event loop together: a few plaintexts in this thread,
 * more in worker threads, or in slices of this thread's time where no worker is free. `encrypt` rejects
 * with `EncryptorClosed`, or if the recipient's key is of no use.
 */
export function createEncryptor(options: EncryptorOptions = {}): Encryptor {
  const { worker: url, randomBytes = systemRandomBytes, onError = () => {} } = options;
  const size = options.workers ?? Math.max(1, Math.min(2, availableParallelism() - 1));
  const pool = url === undefined ? undefined : createPool({ url, size, onError });
  /** Since the last turn. */
  let arrived: Job[] = [];
  /** What this thread does. */
  let here: Job[] = [];
  let isScheduled = false;
  let isClosed = false;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(turn);
  }

  function turn(): void {
    isScheduled = false;
    const jobs = arrived;
    arrived = [];
    if (pool === undefined || countOf(jobs) <= FEW) here = here.concat(jobs);
    else for (const batch of batchesOf(jobs)) give(pool, batch);
    encryptSlice();
    if (here.length > 0) schedule();
  }

  function encryptSlice(): void {
    let left = SLICE;
    let done = 0;
    for (const { recipient, plaintexts, resolve, reject } of here) {
      left -= plaintexts.length;
      if (left < 0) break;
      done++;
      try {
        const take = outOf(randomBytes(plaintexts.length * RANDOM_BYTES));
        resolve(plaintexts.map((plaintext) => encryptContent(recipient, plaintext, take)));
      } catch (error) {
        reject(error);
      }
    }
    here = here.slice(done);
  }

  function give({ encrypt }: EncryptionPool, batch: readonly Job[]): void {
    let randomness: Uint8Array;
    try {
      // A copy of its own: what small buffers are cut from would go along as a whole.
      randomness = Uint8Array.from(randomBytes(countOf(batch) * RANDOM_BYTES));
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    const parts = batch.map(({ recipient, plaintexts }) => ({ recipient, plaintexts }));
    const asked = encrypt({ parts, randomness });
    if (asked === undefined) {
      here = here.concat(batch);
      return;
    }
    asked.then(
      (results) => {
        for (const [at, job] of batch.entries()) settle(job, results[at]);
      },
      () => {
        if (isClosed) return refuse(batch);
        here = here.concat(batch);
        schedule();
      },
    );
  }

  return {
    async encrypt(recipient, plaintexts) {
      if (isClosed) throw new EncryptorClosed();
      const slices = Array.from({ length: Math.ceil(plaintexts.length / SLICE) }, (_, index) =>
        plaintexts.slice(index * SLICE, (index + 1) * SLICE),
      );
      const contents = slices.map(
        (slice) =>
          new Promise<readonly string[]>((resolve, reject) => {
            arrived.push({ recipient, plaintexts: slice, resolve, reject });
          }),
      );
      schedule();
      return (await Promise.all(contents)).flat();
    },
    async close() {
      isClosed = true;
      refuse(arrived.splice(0));
      refuse(here.splice(0));
      await pool?.close();
    },
  };
}

function settle({ resolve, reject }: Job, result: Result | undefined): void {
  if (result === undefined) reject(new Error('an encryption worker left something out'));
  else if ('failure' in result) reject(new Error(result.failure));
  else resolve(result);
}

function refuse(jobs: readonly Job[]): void {
  for (const { reject } of jobs) reject(new EncryptorClosed());
}

function countOf(jobs: readonly Job[]): number {
  return jobs.reduce((count, { plaintexts }) => count + plaintexts.length, 0);
}

function batchesOf(jobs: readonly Job[]): readonly (readonly Job[])[] {
  const batches: Job[][] = [];
  let room = 0;
  for (const job of jobs) {
    if (job.plaintexts.length > room) {
      batches.push([]);
      room = BATCH;
    }
    batches.at(-1)?.push(job);
    room -= job.plaintexts.length;
  }
  return batches;
}
