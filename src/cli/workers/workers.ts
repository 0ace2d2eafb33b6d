import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import type { HeldStore } from '../../store/lmdb/hold.ts';
import { answerOf, leaseDesk } from '../../store/lmdb/lease-desk.ts';
import { CommandFailed } from '../command.ts';
import { BEAT_MS, type FromWorker, HOLDER_VARIABLE, type ToWorker } from './messages.ts';

/** A worker that says nothing for so many beats is stopped: it may be holding up the others' writes. */
const MOST_SILENT_BEATS = 10;

/** How long workers may take to stop: longer than requests may take to arrive. */
const STOP_LIMIT_MS = 20_000;

/** How long a worker has to have served for its end to be no sign of a fault that comes again at once. */
const STEADY_MS = 10_000;

/** Between two attempts to replace workers that end again and again. */
const LONGEST_PAUSE_MS = 30_000;

/** Processes that serve together. */
export interface Workers {
  readonly origins: readonly string[];
  /** Rejects when no worker can serve any more. */
  readonly failed: Promise<never>;
  /** Lets each end as a server does that is alone. Resolves when all are gone. */
  close(): Promise<void>;
}

/**
 * Starts `count` processes with this one's command line, which serve the store that this one holds.
 * One that ends is replaced. Rejects when the first can't serve; nothing runs then.
 */
export async function openWorkers(
  count: number,
  { held, log }: { readonly held: HeldStore; readonly log: Logger },
): Promise<Workers> {
  const desk = leaseDesk({ fence: held.fence, monotonicMs: () => performance.now() });
  const silentBeats = new Map<Worker, number>();
  let failures = 0;
  let closing = false;
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});

  const nameOf = ({ id }: Worker) => `${held.holder}.${id}`;
  const pidOf = (worker: Worker) => worker.process.pid;

  const hear = (worker: Worker, message: FromWorker) => {
    silentBeats.set(worker, 0);
    if (message.kind === 'hint') {
      const { what } = message;
      for (const other of silentBeats.keys())
        if (other !== worker) tell(other, { kind: 'hint', what });
    } else if (message.kind === 'ask') {
      const { question, verb, fence } = message;
      const answer = answerOf(desk, nameOf(worker), verb, fence);
      tell(worker, { kind: 'answer', question, answer });
    }
  };

  /** Starts a worker; resolves when it serves. */
  const start = () =>
    new Promise<readonly string[]>((resolve, reject) => {
      const worker = cluster.fork({ [HOLDER_VARIABLE]: held.holder });
      let servingSinceMs: number | undefined;
      silentBeats.set(worker, 0);
      worker.on('message', (message: FromWorker) => {
        hear(worker, message);
        if (message.kind === 'failed') reject(new CommandFailed(message.message));
        if (message.kind !== 'serving') return;
        servingSinceMs = performance.now();
        resolve(message.origins);
      });
      worker.on('error', (error) => log.error({ err: error, worker: pidOf(worker) }, 'a worker'));
      worker.once('exit', (code, signal) => {
        silentBeats.delete(worker);
        desk.end(nameOf(worker));
        const how = signal ?? code;
        if (servingSinceMs === undefined) {
          reject(new CommandFailed(`a worker ended with ${how} before it served`));
        } else if (!closing) {
          log.error({ worker: pidOf(worker), how }, 'a worker ended, and is replaced');
          if (performance.now() - servingSinceMs > STEADY_MS) failures = 0;
          replace();
        }
      });
    });

  /** Puts another in the place of one that ended: the first time at once, then after a pause. */
  const replace = () => {
    const pauseMs = failures === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures);
    failures++;
    setTimeout(() => {
      if (closing) return;
      held.forgetReaders();
      start().catch((error) => {
        if (closing) return;
        log.error({ err: error }, 'a worker could not be replaced');
        if (silentBeats.size === 0) fail(error);
        else replace();
      });
    }, pauseMs);
  };

  const watch = setInterval(() => {
    // Beats of ours, not time: a machine that slept finds its workers alive.
    for (const [worker, beats] of silentBeats) {
      silentBeats.set(worker, beats + 1);
      if (beats < MOST_SILENT_BEATS) continue;
      log.error({ worker: pidOf(worker) }, 'a worker stood still, and is killed');
      worker.process.kill('SIGKILL');
    }
  }, BEAT_MS);

  const close = async () => {
    closing = true;
    const left = [...silentBeats.keys()];
    const ends = left.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
    for (const worker of left) tell(worker, { kind: 'stop' });
    const late = setTimeout(() => {
      for (const worker of silentBeats.keys()) worker.process.kill('SIGKILL');
    }, STOP_LIMIT_MS);
    await Promise.all(ends);
    clearTimeout(late);
    clearInterval(watch);
  };

  try {
    // One by one, so that what keeps all from serving is said once.
    const origins = await start();
    await Promise.all(Array.from({ length: count - 1 }, start));
    return { origins, failed, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function tell(worker: Worker, message: ToWorker): void {
  // One that ends meanwhile needs to hear nothing.
  if (worker.isConnected()) worker.send(message, () => {});
}
