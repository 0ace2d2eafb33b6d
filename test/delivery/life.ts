import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { DeliveryTerms } from '../../src/notifications/terms.ts';
import type { TimeReading } from './fast-time.ts';
import type { Trusted } from './identity.ts';

const SCRIPT = fileURLToPath(new URL('server-child.mjs', import.meta.url));

/** What a server is opened with. */
export interface Opening {
  /** Of the store, as in a configuration. */
  readonly address: string;
  readonly time: TimeReading;
  readonly terms: DeliveryTerms;
  readonly trusted: Trusted;
}

interface Said {
  readonly ready?: boolean;
  readonly origin?: string;
  readonly settled?: boolean;
  readonly failed?: string;
}

/** The process is gone before it did what it was asked for. */
export class Gone extends Error {}

/** A process for one server, from its start to its end. It has loaded the program before it is opened. */
export class Life {
  /** A name of its own. */
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  /** Resolves when it can be opened at once. */
  readonly ready: Promise<unknown>;
  /** What it complained about. */
  complaints = '';

  constructor() {
    this.#process = fork(SCRIPT, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.name = String(this.#process.pid);
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.complaints += text;
    });
    this.#ended = once(this.#process, 'close');
    this.ready = this.#hear(({ ready }) => ready === true);
    // One that isn't needed is killed before.
    this.ready.catch(() => {});
  }

  /** Resolves with the address of the server. Rejects with Gone when it is killed before it has one. */
  async open(opening: Opening): Promise<string> {
    const said = this.#hear(({ origin, failed }) => origin !== undefined || failed !== undefined);
    this.#tell(opening);
    const { origin, failed } = await said;
    if (origin === undefined) throw new Error(`the server could not be opened: ${failed}`);
    return origin;
  }

  setTime(time: TimeReading): void {
    this.#tell({ kind: 'time', time });
  }

  /** Resolves when nothing waits for delivery, and with `isOver` nothing is to happen by itself either. */
  async settled({ isOver }: { readonly isOver: boolean }): Promise<void> {
    const said = this.#hear(({ settled }) => settled === true);
    this.#tell({ kind: 'settle', isOver });
    await said;
  }

  /** Ends it in order. */
  async close(): Promise<void> {
    this.#tell({ kind: 'close' });
    await this.#ended;
  }

  /** It gets no time, and nobody is told. */
  stall(): void {
    this.#process.kill('SIGSTOP');
  }

  goOn(): void {
    this.#process.kill('SIGCONT');
  }

  /** Ends it where it stands, also while it gets no time. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  #tell(what: object): void {
    // It may be gone by now; whoever waits for an answer hears of that.
    this.#process.send(what, () => {});
  }

  #hear(isIt: (said: Said) => boolean): Promise<Said> {
    return new Promise((resolve, reject) => {
      const look = (said: unknown) => {
        if (!isIt(said as Said)) return;
        this.#process.off('message', look);
        resolve(said as Said);
      };
      this.#process.on('message', look);
      void this.#ended.then(() => reject(new Gone(`the server is gone\n${this.complaints}`)));
    });
  }
}
