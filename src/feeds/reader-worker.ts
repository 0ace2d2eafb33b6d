import { parentPort } from 'node:worker_threads';
import { type Question, readFeedText } from './read.ts';
import type { Told } from './reader-thread.ts';

// What the thread that reads calendars runs: each question is answered, in their order.
parentPort?.on('message', (question: Question) => parentPort?.postMessage(answerTo(question)));
parentPort?.postMessage({ kind: 'ready' } satisfies Told);

function answerTo(question: Question): Told {
  try {
    return readFeedText(question);
  } catch (error) {
    return { kind: 'broken', message: error instanceof Error ? error.message : String(error) };
  }
}
