import { parentPort } from 'node:worker_threads';
import { encryptContent, outOf } from './encrypt.ts';
import type { Answer, Question, Result } from './encryption-pool.ts';

// What a worker thread of the encryption pool runs: each question is answered, in their order.
parentPort?.on('message', (question: Question) => parentPort?.postMessage(answerTo(question)));

function answerTo({ id, parts, randomness }: Question): Answer {
  const take = outOf(randomness);
  const results = parts.map(({ recipient, plaintexts }): Result => {
    try {
      return plaintexts.map((plaintext) => encryptContent(recipient, plaintext, take));
    } catch (error) {
      return { failure: error instanceof Error ? error.message : String(error) };
    }
  });
  return { id, results };
}
