import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { UserKey } from '../../src/store/store.ts';

const SCRIPT = fileURLToPath(new URL('lmdb-worker.mjs', import.meta.url));

interface Said {
  readonly opened?: true;
  readonly kept?: string;
  readonly done?: true;
  readonly fault?: string;
}

/** A process that shares the store that this one holds. */
export interface Worker {
  /** Updates the users in turn, `atOnce` at a time, until it is ended. */
  write(users: readonly UserKey[], atOnce: number): void;
  /** Updates a user so many times and reads it after each. Rejects when it read what was no more. */
  count(user: UserKey, times: number): Promise<void>;
  /** What of `write` it said it has kept, so far. */
  readonly kept: readonly string[];
  /** Resolves when so many more were kept. */
  keeps(more: number): Promise<void>;
  kill(): Promise<void>;
  close(): Promise<void>;
}

export async function startWorker(path: string, holder: string, self: string): Promise<Worker> {
  const child: ChildProcess = fork(SCRIPT, [path, holder, self]);
  const kept: string[] = [];
  const ended = once(child, 'exit');
  child.on('message', (said: Said) => {
    if (said.kept !== undefined) kept.push(said.kept);
  });
  /** Rejects when the process ends before it has said it. */
  const said = (is: (said: Said) => boolean) =>
    new Promise<Said>((resolve, reject) => {
      const listener = (each: Said) => {
        if (!is(each)) return;
        child.off('message', listener);
        resolve(each);
      };
      child.on('message', listener);
      void ended.then(([code, signal]) =>
        reject(new Error(`${self} ended with ${signal ?? code}`)),
      );
    });
  await said(({ opened }) => opened === true);
  return {
    kept,
    write: (users, atOnce) => void child.send({ write: { users, atOnce } }),
    async count(user, times) {
      const end = said(({ done, fault }) => done === true || fault !== undefined);
      child.send({ count: { user, times } });
      const { fault } = await end;
      if (fault !== undefined) throw new Error(fault);
    },
    async keeps(more) {
      const until = kept.length + more;
      await said(() => kept.length >= until);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async close() {
      child.send({ close: true });
      await ended;
    },
  };
}
