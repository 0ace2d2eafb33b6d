import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pino from 'pino';
import { finishCopy } from '../copy/compare.ts';
import { type Copied, copyStore } from '../copy/copy.ts';
import { CopyFailed } from '../copy/errors.ts';
import { type Command, CommandFailed, UsageError } from './command.ts';
import { readWords } from './flags.ts';
import { embeddedIn, type FoundStore, findStore } from './open-store.ts';

export const STORE_USAGE = `porchlight store copy --from STORE --to STORE

Copies presence, subscriptions and keys into an empty store, reads everything back and compares. Stop the
servers on both stores first. Broken off, it goes on where it was when it is run again.

  --from, --to   lmdb:FOLDER, or an address of Redis, as \`store\` in the configuration

The feed of changes isn't copied: clients of streams and delta links begin anew, and notifications that
waited to be delivered are announced as missed.`;

/** Between two lines of progress: a copy that takes less says nothing before it is done. */
const SAY_EVERY_MS = 5000;

/** `porchlight store`. */
export const store: Command = async (args, { print }) => {
  const { words, flags } = readWords(args, { from: undefined, to: undefined });
  const [verb, ...rest] = words;
  if (verb !== 'copy' || rest.length > 0) throw new UsageError('store knows one command: copy');
  if (flags.from === undefined || flags.to === undefined) {
    throw new UsageError('store copy needs --from STORE and --to STORE');
  }
  const from = addressIn(flags.from, 'from');
  const to = addressIn(flags.to, 'to');
  if (from === to) throw new UsageError('--from and --to are the same store');
  const folder = embeddedIn(from);
  // Opening would make one.
  if (folder !== undefined && !existsSync(folder)) {
    throw new CommandFailed(`${from}: there is no such folder`);
  }
  try {
    await opened(from, (source) => copyFrom(source, to, print));
  } catch (error) {
    if (error instanceof CopyFailed) throw new CommandFailed(error.message, { cause: error });
    throw error;
  }
};

async function copyFrom(
  source: FoundStore,
  to: string,
  print: (line: string) => void,
): Promise<void> {
  const from = source.store;
  const pause = (ms: number) => setTimeout(ms);
  const copied = await opened(to, async ({ store, keyPlace }) =>
    copyStore({
      ...{ from, name: source.name, to: store, pause },
      nowMs: Date.now,
      random: Math.random,
      onProgress: sayingNowAndThen(print, 'copied'),
      async copyKey() {
        const key = await source.keyPlace.read();
        if (key === undefined) return;
        if ((await keyPlace.read()) === undefined) await keyPlace.write(key);
      },
    }),
  );
  // Opened anew, it has to look.
  const users = await opened(to, ({ store }) =>
    finishCopy({ from, to: store, pause, onProgress: sayingNowAndThen(print, 'compared') }),
  );
  summarize(copied, users, print);
}

function summarize(
  { resumedAfter, subscriptions, missed }: Copied,
  users: number,
  print: (line: string) => void,
): void {
  if (resumedAfter > 0) print(`Went on after ${resumedAfter} users copied before.`);
  print(`Copied and compared users: ${users}. Copied subscriptions: ${subscriptions}.`);
  if (missed === 0) return;
  print(`Subscriptions that are told that notifications were missed: ${missed}.`);
}

function sayingNowAndThen(print: (line: string) => void, what: string): (users: number) => void {
  let saidMs = performance.now();
  return (users) => {
    if (performance.now() - saidMs < SAY_EVERY_MS) return;
    saidMs = performance.now();
    print(`${users} users ${what}`);
  };
}

/** Does something with the store at an address, and closes it. */
async function opened<T>(address: string, act: (found: FoundStore) => Promise<T>): Promise<T> {
  const found = await findStore(address, pino({ level: 'silent' }));
  try {
    return await act(found);
  } finally {
    await found.store.close();
  }
}

/** An address of a store. What isn't one is never repeated, as it may hold a password. */
function addressIn(text: string, flag: string): string {
  if (/^rediss?[:+]/.test(text)) return text;
  const folder = embeddedIn(text);
  if (folder) return `lmdb:${resolve(folder)}`;
  throw new UsageError(`--${flag} must be lmdb:FOLDER or an address of Redis such as redis://HOST`);
}
