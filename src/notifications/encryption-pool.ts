import { Worker } from 'node:worker_threads';
import type { Recipient } from './encryptor.ts';

/** What is encrypted for one recipient. */
export interface Part {
  readonly recipient: Recipient;
  readonly plaintexts: readonly string[];
}

/** `encryptedContent` for each plaintext of a part, or why there is none: the key is of no use. */
export type Result = readonly string[] | { readonly failure: string };

/** What a worker is asked. */
export interface Question {
  readonly id: number;
  readonly parts: readonly Part[];
  /** `RANDOM_BYTES` for each plaintext: all randomness comes from one place. */
  readonly randomness: Uint8Array;
}

/** What it says: a result for each part. */
export interface Answer {
  readonly id: number;
  readonly results: readonly Result[];
}

/** The worker ended before it answered: whoever asked must do without. */
export class WorkerLost extends Error {
  constructor(options?: ErrorOptions) {
    super('an encryption worker ended before it answered', options);
    this.name = 'WorkerLost';
  }
}

/** Questions that wait for one worker: some 4000 plaintexts at 64 each, an eighth of a second's work. */
const MOST_WAITING = 64;
/** After so many workers in a row that ended without a single answer, no more are started. */
const MOST_FRUITLESS = 3;

export interface PoolOptions {
  /** The file that workers run. */
  readonly url: URL;
  readonly size: number;
  /** Told of each worker that ended by itself. */
  readonly onError: (error: Error) => void;
}

export interface EncryptionPool {
  /**
   * A result for each part. Undefined when every worker has enough to do, or none can be had. Rejects
   * with `WorkerLost` if the worker ends.
   */
  encrypt(question: Omit<Question, 'id'>): Promise<readonly Result[]> | undefined;
  /** What waits is rejected with `WorkerLost`. */
  close(): Promise<void>;
}

interface Member {
  readonly worker: Worker;
  readonly waiting: Map<
    number,
    { resolve(results: readonly Result[]): void; reject(error: WorkerLost): void }
  >;
  hasAnswered: boolean;
}

/** Worker threads that encrypt, started when they are first needed and again when one ends. */
export function createPool({ url, size, onError }: PoolOptions): EncryptionPool {
  const members = new Set<Member>();
  let lastId = 0;
  let fruitless = 0;

  /** Undefined if not even a thread can be had. */
  function start(): Member | undefined {
    try {
      return startMember();
    } catch (cause) {
      fruitless++;
      onError(new WorkerLost({ cause }));
      return undefined;
    }
  }

  function startMember(): Member {
    const worker = new Worker(url, { name: 'encryption', execArgv: [], env: {} });
    // Idle workers don't keep the process alive.
    worker.unref();
    const member: Member = { worker, waiting: new Map(), hasAnswered: false };
    let cause: unknown;
    worker.on('message', (answer: Answer) => settle(member, answer));
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('messageerror', () => void worker.terminate());
    worker.on('exit', () => lose(member, new WorkerLost({ cause })));
    members.add(member);
    return member;
  }

  function settle(member: Member, answer: Answer): void {
    member.hasAnswered = true;
    fruitless = 0;
    const asker = member.waiting.get(answer.id);
    member.waiting.delete(answer.id);
    if (member.waiting.size === 0) member.worker.unref();
    asker?.resolve(answer.results);
  }

  function lose(member: Member, error: WorkerLost): void {
    // One that `close` ended is none of the pool's any more.
    if (!members.delete(member)) return;
    if (!member.hasAnswered) fruitless++;
    onError(error);
    for (const { reject } of member.waiting.values()) reject(error);
  }

  function freest(): Member | undefined {
    const [member] = [...members].sort((a, b) => a.waiting.size - b.waiting.size);
    const isBusy = member === undefined || member.waiting.size > 0;
    if (isBusy && members.size < size && fruitless < MOST_FRUITLESS) {
      const started = start();
      if (started !== undefined) return started;
    }
    return member !== undefined && member.waiting.size < MOST_WAITING ? member : undefined;
  }

  return {
    encrypt(question) {
      const member = freest();
      if (member === undefined) return undefined;
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        member.waiting.set(id, { resolve, reject });
        member.worker.ref();
        member.worker.postMessage({ id, ...question } satisfies Question);
      });
    },
    async close() {
      const ended = [...members];
      members.clear();
      for (const { waiting } of ended) {
        for (const { reject } of waiting.values()) reject(new WorkerLost());
      }
      await Promise.all(ended.map(({ worker }) => worker.terminate()));
    },
  };
}
