import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A program of the bench in a process of its own, which answers questions. */
export interface Child {
  readonly pid: number;
  ask<Answer>(what: string, about?: unknown): Promise<Answer>;
  /** Lets the program end, and waits until it has. */
  stop(): Promise<void>;
}

/** How long a program may take to answer; the longest rounds and the largest stores are far below. */
const PATIENCE_MS = 180_000;

let profiles = 0;

interface Question {
  readonly id: number;
  readonly what: string;
  readonly about: unknown;
}

type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string };

export interface ChildOptions {
  readonly argument?: unknown;
  /** It leaves a CPU profile in this folder when it stops. */
  readonly cpuProfiles?: string | undefined;
  /** Keeps all of its threads on this core; needs `taskset`. */
  readonly core?: number | undefined;
}

/** Starts a program of this folder (`servers/bare`), compiled beside this file. */
export function startChild(program: string, options: ChildOptions = {}): Child {
  const { argument = null, cpuProfiles, core } = options;
  const path = fileURLToPath(new URL(`./${program}.js`, import.meta.url));
  const name = program.replaceAll('/', '-');
  const profiling = ['--cpu-prof', `--cpu-prof-dir=${cpuProfiles}`];
  const nodeOptions =
    cpuProfiles === undefined
      ? []
      : [...profiling, `--cpu-prof-name=${name}-${++profiles}.cpuprofile`];
  const [execPath, ...execArgv] = [...onCore(core), process.execPath, ...nodeOptions];
  const child = fork(path, [JSON.stringify(argument)], { execPath, execArgv });
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let next = 0;
  child.on('message', (reply: Reply) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) asked?.reject(new Error(`${program}: ${reply.error}`));
    else asked?.resolve(reply.answer);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      for (const { reject } of waiting.values()) {
        reject(new Error(`${program} ended with ${signal ?? code}`));
      }
      resolve();
    });
  });

  return {
    pid: child.pid ?? 0,

    ask<Answer>(what: string, about?: unknown) {
      const id = next++;
      return new Promise<Answer>((resolve, reject) => {
        const overdue = setTimeout(
          () => reject(new Error(`${program} doesn't answer ${what}`)),
          PATIENCE_MS,
        );
        waiting.set(id, {
          resolve(answer) {
            clearTimeout(overdue);
            resolve(answer as Answer);
          },
          reject(error) {
            clearTimeout(overdue);
            reject(error);
          },
        });
        child.send({ id, what, about } satisfies Question);
      });
    },

    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** What a command begins with so that it runs on this core alone. */
export function onCore(core: number | undefined): readonly string[] {
  return core === undefined ? [] : ['taskset', '-c', String(core)];
}

/** What a program can be asked. */
export type Answers = Readonly<Record<string, (about: never) => unknown>>;

/** In the program: answers the process that started it, until that lets go; then `release` and out. */
export function answer(answers: Answers, release: () => Promise<void> = async () => {}): void {
  process.on('message', async ({ id, what, about }: Question) => {
    let reply: Reply;
    try {
      const found = answers[what];
      if (found === undefined) throw new Error(`there is no question '${what}'`);
      reply = { id, answer: await found(about as never) };
    } catch (error) {
      reply = { id, error: error instanceof Error ? (error.stack ?? error.message) : `${error}` };
    }
    if (process.connected) process.send?.(reply);
  });
  const leave = async () => {
    await release();
    process.exit();
  };
  // It may have let go while the program was still getting ready.
  if (process.connected) process.once('disconnect', leave);
  else void leave();
}

/** In the program: what it was started with. */
export function givenArgument<Argument>(): Argument {
  return JSON.parse(process.argv[2] ?? 'null') as Argument;
}
