import type { Terminal } from '../../src/cli/command.ts';
import { openServer } from '../../src/server.ts';

/**
 * A terminal for a command in the test's own process: for what is refused, which needs no process. A
 * command that starts all the same is stopped at once.
 */
export const terminal: Terminal = {
  openServer,
  print() {},
  stopped: Promise.resolve(),
};
