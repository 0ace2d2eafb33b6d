import pino from 'pino';
import { copyStore } from '../copy/copy.ts';
import { CopyFailed } from '../copy/errors.ts';
import { type Command, CommandFailed, UsageError } from './command.ts';
import { readWords } from './flags.ts';
import { type FoundStore, findStore } from './open-store.ts';

export const STORE_USAGE = `porchlight store copy --from STORE --to STORE

Copies presence, subscriptions and keys into an empty store, reads everything back and compares. Stop the
servers on both stores first. Broken off, it goes on where it was when it is run again.

  --from, --to   lmdb:FOLDER, or an address of Redis, as \`store\` in the configuration

The feed of changes isn't copied: clients of streams and delta links begin anew, and notifications that
waited to be delivered are announced as missed.`;

/** Users between two lines of progress. */
const SAY_EVERY = 100_000;

/** `porchlight store`. */
export const store: Command = async (args, { print }) => {
  const { words, flags } = readWords(args, { from: undefined, to: undefined });
  const [verb, ...rest] = words;
  if (verb !== 'copy' || rest.length > 0) throw new UsageError('store knows one command: copy');
  if (flags.from === undefined || flags.to === undefined) {
    throw new UsageError('store copy needs --from STORE and --to STORE');
  }
  const log = pino({ level: 'silent' });
  const from = await findStore(flags.from, log);
  try {
    const to = await findStore(flags.to, log);
    try {
      await copy(from, to, print);
    } finally {
      await to.store.close();
    }
  } catch (error) {
    if (error instanceof CopyFailed) throw new CommandFailed(error.message, { cause: error });
    throw error;
  } finally {
    await from.store.close();
  }
};

async function copy(from: FoundStore, to: FoundStore, print: (line: string) => void) {
  let said = 0;
  const { users, resumedAfter, subscriptions, missed } = await copyStore({
    from: from.store,
    name: from.name,
    to: to.store,
    nowMs: Date.now,
    onProgress(done) {
      if (done - said < SAY_EVERY) return;
      said = done;
      print(`${done} users`);
    },
  });
  const key = await from.keyPlace.read();
  if (key !== undefined && (await to.keyPlace.read()) === undefined) await to.keyPlace.write(key);
  if (resumedAfter > 0) print(`Went on after ${resumedAfter} users copied before.`);
  print(`Copied and compared ${users} users and ${subscriptions} subscriptions.`);
  if (missed > 0) print(`Announced missed notifications to ${missed} subscriptions.`);
}
