import type { openServer } from '../server.ts';

/** What a command of the CLI works with; handed in by main.ts, and by tests. */
export interface Terminal {
  readonly openServer: typeof openServer;
  /** Writes a line to standard output. */
  print(line: string): void;
  /** Resolves when the user asks to stop (Ctrl-C, SIGTERM). */
  readonly stopped: Promise<void>;
}

/** Runs a command with the words after its name. Resolves when the program may exit. */
export type Command = (args: readonly string[], terminal: Terminal) => Promise<void>;

/** The command line can't be understood: the program exits with 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** The command can't do what it was asked: the program says why and exits with 1. */
export class CommandFailed extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandFailed';
  }
}
