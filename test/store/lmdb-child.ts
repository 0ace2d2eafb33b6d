import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('lmdb-child.mjs', import.meta.url));

export interface Said {
  readonly opened?: boolean;
  readonly users?: number;
  readonly kept?: number;
  readonly collection?: string;
  readonly code?: string;
  readonly message?: string;
}

export interface Child {
  readonly process: ChildProcess;
  /** The first thing it said: how opening went. A crash before that is an error. */
  readonly said: Said;
}

/** Opens the folder's store in another process. What it prints is not shown. */
export async function openInChild(
  folder: string,
  then: 'serve' | 'read' | 'write' | 'documents',
  onSaid: (said: Said) => void = () => {},
): Promise<Child> {
  const process = fork(SCRIPT, [folder, then], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let printed = '';
  process.stderr?.on('data', (data) => {
    printed += data;
  });
  process.on('message', (said) => onSaid(said as Said));
  const said = await new Promise<Said>((resolve, reject) => {
    process.once('message', (first) => resolve(first as Said));
    process.once('exit', (code, signal) =>
      reject(
        new Error(`the process ended with ${signal ?? code} before it said anything\n${printed}`),
      ),
    );
  });
  if (then === 'read' || !said.opened) process.send('heard');
  return { process, said };
}

/** The end of the process: its code, or the signal that ended it. */
export async function endOf({ process }: Child): Promise<number | string> {
  if (process.exitCode !== null) return process.exitCode;
  if (process.signalCode !== null) return process.signalCode;
  const [code, signal] = await once(process, 'exit');
  return code ?? signal;
}

/** Ends the process as a power cut would. */
export async function kill(child: Child): Promise<void> {
  child.process.kill('SIGKILL');
  await endOf(child);
}

/** Lets the process close its store and end. */
export async function letGo(child: Child): Promise<void> {
  child.process.send('close');
  await endOf(child);
}
