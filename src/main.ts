#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { type Command, UsageError } from './cli/command.ts';

interface Loaded {
  readonly run: Command;
  readonly usage: string;
}

const USAGE = `A presence server that speaks the Microsoft Graph presence API.

  porchlight dev            a server to build against
  porchlight serve          a server to run
  porchlight token          a token of the running dev server
  porchlight listen         a receiver that prints change notifications
  porchlight clock          what time it is on a dev server; moves it
  porchlight subscriptions  who is notified of what, and how it goes
  porchlight why            what a user's presence follows from, and what comes next
  porchlight report         what applications used, and the least permissions they need
  porchlight faults         what goes wrong in the dev server, on purpose
  porchlight history        what became of somebody's presence
  porchlight store          moves presence to another store
  porchlight scim           a secret for a client that provisions users

porchlight COMMAND --help tells more.`;

async function main([name, ...args]: readonly string[]): Promise<void> {
  const print = (text: string) => process.stdout.write(`${text}\n`);
  if (name === '--version' || name === '-v') return void print(version());
  if (name === undefined || name === '--help' || name === '-h') return void print(USAGE);
  const command = await load(name);
  if (args.includes('--help') || args.includes('-h')) return void print(command.usage);
  await command.run(args, {
    openServer: async (...given) => (await import('./server.ts')).openServer(...given),
    print,
    // A command that doesn't ask for it is ended by the first Ctrl-C, as without a handler.
    get stopped() {
      return stopSignal();
    },
  });
}

/** Each when it is asked for: `token` needs neither server nor store, and shall answer at once. */
async function load(name: string): Promise<Loaded> {
  switch (name) {
    case 'dev': {
      const { dev, DEV_USAGE } = await import('./cli/dev.ts');
      return { run: dev, usage: DEV_USAGE };
    }
    case 'serve': {
      const { serve, SERVE_USAGE } = await import('./cli/serve.ts');
      return { run: serve, usage: SERVE_USAGE };
    }
    case 'token': {
      const { token, TOKEN_USAGE } = await import('./cli/token.ts');
      return { run: token, usage: TOKEN_USAGE };
    }
    case 'listen': {
      const { listen, LISTEN_USAGE } = await import('./cli/listen.ts');
      return { run: listen, usage: LISTEN_USAGE };
    }
    case 'clock': {
      const { clock, CLOCK_USAGE } = await import('./cli/clock.ts');
      return { run: clock, usage: CLOCK_USAGE };
    }
    case 'subscriptions': {
      const { subscriptions, SUBSCRIPTIONS_USAGE } = await import('./cli/subscriptions.ts');
      return { run: subscriptions, usage: SUBSCRIPTIONS_USAGE };
    }
    case 'why': {
      const { why, WHY_USAGE } = await import('./cli/why.ts');
      return { run: why, usage: WHY_USAGE };
    }
    case 'report': {
      const { report, REPORT_USAGE } = await import('./cli/report.ts');
      return { run: report, usage: REPORT_USAGE };
    }
    case 'faults': {
      const { faults, FAULTS_USAGE } = await import('./cli/faults.ts');
      return { run: faults, usage: FAULTS_USAGE };
    }
    case 'history': {
      const { history, HISTORY_USAGE } = await import('./cli/history.ts');
      return { run: history, usage: HISTORY_USAGE };
    }
    case 'store': {
      const { store, STORE_USAGE } = await import('./cli/store.ts');
      return { run: store, usage: STORE_USAGE };
    }
    case 'scim': {
      const { scim, SCIM_USAGE } = await import('./cli/scim.ts');
      return { run: scim, usage: SCIM_USAGE };
    }
    default:
      throw new UsageError(`there is no command '${name}'`);
  }
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** A second Ctrl-C ends the process at once, as without a handler. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    // Nobody reads what is printed any more, as after `| head`.
    process.stdout.once('error', () => resolve());
  });
}

// What is printed then is lost, which is no fault of ours: the program ends as it would have.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError ? '\nporchlight --help tells more.' : '';
  process.stderr.write(`porchlight: ${(error as Error).message}${usage}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
