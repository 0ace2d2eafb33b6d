import cluster from 'node:cluster';
import { once } from 'node:events';
import type { Hint, LeaseDesk, Line } from '../../store/lmdb/line.ts';
import { BEAT_MS, type FromWorker, HOLDER_VARIABLE, type ToWorker } from './messages.ts';

/** A worker's place in the program. */
export interface Place {
  readonly line: Line;
  /** Resolves when the worker is to stop. */
  readonly stopped: Promise<void>;
  serving(origins: readonly string[]): void;
  /** Says why it can't serve. */
  failed(error: unknown): Promise<void>;
  /** Ends the process, in which everything is closed. */
  leave(): void;
}

/** The place of this process, which `openWorkers` has started. */
export function takePlace(): Place {
  const listeners = new Set<(message: ToWorker) => void>();
  process.on('message', (message: ToWorker) => {
    for (const listener of listeners) listener(message);
  });
  setInterval(() => void say({ kind: 'alive' }), BEAT_MS).unref();
  // Ctrl-C reaches every process of the terminal; the primary says when to stop.
  process.on('SIGINT', () => {});
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    listeners.add(({ kind }) => {
      if (kind === 'stop') resolve();
    });
  });

  return {
    line: lineOver(listeners),
    stopped,
    serving: (origins) => void say({ kind: 'serving', origins }),
    failed: (error) => say({ kind: 'failed', message: (error as Error).message }),
    leave: () => process.disconnect(),
  };
}

function lineOver(listeners: Set<(message: ToWorker) => void>): Line {
  const asked = new Map<number, (answer: unknown) => void>();
  const holder = process.env[HOLDER_VARIABLE] ?? '';
  let onHint: (what: Hint) => void = () => {};
  let questions = 0;
  listeners.add((message) => {
    if (message.kind === 'hint') onHint(message.what);
    if (message.kind !== 'answer') return;
    asked.get(message.question)?.(message.answer);
    asked.delete(message.question);
  });
  return {
    // A number is given to one worker of a program only.
    self: `${holder}.${cluster.worker?.id}`,
    holder,
    hint: (what) => void say({ kind: 'hint', what }),
    onHint(listener) {
      onHint = listener;
    },
    // Whoever would be left without an answer has ended by then: see `say`.
    async ask<Verb extends keyof LeaseDesk>(verb: Verb, fence?: number) {
      const question = ++questions;
      const answer = new Promise<unknown>((resolve) => asked.set(question, resolve));
      await say({ kind: 'ask', question, verb, fence });
      return (await answer) as ReturnType<LeaseDesk[Verb]>;
    },
  };
}

/** Without the primary there is nobody to say it to: Node ends a worker then, whatever it is at. */
async function say(message: FromWorker): Promise<void> {
  if (process.connected) await new Promise((resolve) => process.send?.(message, resolve));
  else await once(process, 'exit');
}
