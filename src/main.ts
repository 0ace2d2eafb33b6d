#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { type Command, UsageError } from './cli/command.ts';
import { DEV_USAGE, dev } from './cli/dev.ts';
import { SERVE_USAGE, serve } from './cli/serve.ts';
import { TOKEN_USAGE, token } from './cli/token.ts';
import { openServer } from './server.ts';

const COMMANDS: Record<string, { run: Command; usage: string }> = {
  dev: { run: dev, usage: DEV_USAGE },
  serve: { run: serve, usage: SERVE_USAGE },
  token: { run: token, usage: TOKEN_USAGE },
};

const USAGE = `A presence server that speaks the Microsoft Graph presence API.

  porchlight dev      a server to build against
  porchlight serve    a server to run
  porchlight token    a token of the running dev server

porchlight COMMAND --help tells more.`;

async function main([name, ...args]: readonly string[]): Promise<void> {
  const print = (text: string) => process.stdout.write(`${text}\n`);
  if (name === '--version' || name === '-v') return void print(version());
  if (name === undefined || name === '--help' || name === '-h') return void print(USAGE);
  const command = COMMANDS[name];
  if (command === undefined) throw new UsageError(`there is no command '${name}'`);
  if (args.includes('--help') || args.includes('-h')) return void print(command.usage);
  await command.run(args, { openServer, print, stopped: stopSignal() });
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** A second Ctrl-C ends the process at once, as without a handler. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError ? '\nporchlight --help tells more.' : '';
  process.stderr.write(`porchlight: ${(error as Error).message}${usage}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
