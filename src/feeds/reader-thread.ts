import { Worker } from 'node:worker_threads';
import type { Clock } from '../clock.ts';
import { READ_LIMIT_MS } from './bounds.ts';
import type { Answer, Question } from './read.ts';
import type { Reader, Unread } from './reader.ts';

/** What a thread says: that it is there; then, of each question, what came of it. */
export type Told =
  | Answer
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly message: string };

/** Calendars that wait, with their bytes. */
const MOST_WAITING = 32;

/** After so many threads in a row that never came to be ready, none is started for a while. */
const MOST_FRUITLESS = 3;
const PAUSE_MS = 60_000;

/** Of a thread. A calendar of 5 MB with 10,000 events takes a third. */
const MEMORY = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };

const UNREADABLE = 'it cannot be read';
const TOO_LONG = `it takes longer than ${READ_LIMIT_MS / 1000} s to read`;

const UNREAD: Unread = { kind: 'unread' };

interface Member {
  readonly thread: Worker;
  isReady: boolean;
}

interface Job {
  readonly question: Question;
  answer(answer: Answer | Unread): void;
}

/**
 * A thread that reads one calendar at a time. What takes too long is ended with the thread, as is what takes
 * too much memory; the next calendar gets a new one.
 */
export function createReaderThread(
  url: URL,
  clock: Clock,
  onError: (error: Error) => void,
): Reader {
  const waiting: Job[] = [];
  let current: { readonly job: Job; readonly callOff: () => void } | undefined;
  let member: Member | undefined;
  let fruitless = 0;
  let pausedUntilMs = -Infinity;
  let isClosed = false;

  function next(): void {
    if (current !== undefined || isClosed) return;
    const job = waiting.shift();
    if (job === undefined) {
      // Idle, it doesn't keep the process alive.
      member?.thread.unref();
      return;
    }
    member ??= start();
    if (member === undefined) {
      job.answer(UNREAD);
      next();
      return;
    }
    const reader = member;
    const late = () => lose(reader, new Error('reading a calendar took too long'), TOO_LONG);
    current = { job, callOff: clock.alarm(clock.nowMs() + READ_LIMIT_MS, late) };
    reader.thread.ref();
    reader.thread.postMessage(job.question, [job.question.bytes.buffer]);
  }

  function settle(answer: Answer | Unread): void {
    const settled = current;
    current = undefined;
    settled?.callOff();
    settled?.job.answer(answer);
  }

  /** Undefined while no thread is to be had. */
  function start(): Member | undefined {
    if (clock.nowMs() < pausedUntilMs) return undefined;
    try {
      return startMember();
    } catch (cause) {
      countFruitless();
      onError(new Error('there is no thread for calendars', { cause }));
      return undefined;
    }
  }

  function startMember(): Member {
    const options = { name: 'calendars', execArgv: [], env: {}, resourceLimits: MEMORY };
    const started: Member = { thread: new Worker(url, options), isReady: false };
    let cause: unknown;
    started.thread
      .on('message', (told: Told) => hear(started, told))
      .on('error', (error) => {
        cause = error;
      })
      .on('exit', () => {
        const isMemory = (cause as { code?: unknown })?.code === 'ERR_WORKER_OUT_OF_MEMORY';
        const error = new Error('a thread for calendars ended', { cause });
        lose(started, error, isMemory ? 'it takes too much memory to read' : UNREADABLE);
      });
    return started;
  }

  function hear(from: Member, told: Told): void {
    if (from !== member) return;
    if (told.kind === 'ready') {
      from.isReady = true;
      fruitless = 0;
      return;
    }
    if (told.kind === 'broken') onError(new Error(`reading a calendar failed: ${told.message}`));
    settle(told.kind === 'broken' ? { kind: 'bad', reason: UNREADABLE } : told);
    next();
  }

  /** The thread is gone, or has to go; with it the calendar that it was reading. */
  function lose(lost: Member, error: Error, reason: string): void {
    if (lost !== member) return;
    member = undefined;
    void lost.thread.terminate();
    onError(error);
    if (!lost.isReady) countFruitless();
    settle(lost.isReady ? { kind: 'bad', reason } : UNREAD);
    next();
  }

  function countFruitless(): void {
    fruitless++;
    if (fruitless >= MOST_FRUITLESS) pausedUntilMs = clock.nowMs() + PAUSE_MS;
  }

  return {
    read(question) {
      if (isClosed || waiting.length >= MOST_WAITING) return Promise.resolve(UNREAD);
      return new Promise((resolve) => {
        waiting.push({ question, answer: resolve });
        next();
      });
    },

    async close() {
      isClosed = true;
      settle(UNREAD);
      for (const { answer } of waiting.splice(0)) answer(UNREAD);
      const ended = member;
      member = undefined;
      await ended?.thread.terminate();
    },
  };
}
