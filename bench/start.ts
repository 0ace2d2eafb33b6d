import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createIdentity, type Identity } from './identity.ts';
import { headers } from './load/requests.ts';
import { figure, type LargeStore, type Question, type Row } from './question.ts';
import { median } from './rounds.ts';
import { startPorchlight } from './servers/start.ts';
import { userId } from './users.ts';

/** Aim: a second from nothing to the first answer. */
const AIM_MS = 1000;

/** What one start took. */
interface Start {
  /** From starting the process to the answer to a GET presence. */
  readonly firstAnswerMs: number;
  /** Of that, opening store and server: the rest is Node, its modules, and the request. */
  readonly openMs: number;
}

/** The process starts anew each time; a GET presence of some user is its first request. */
export const start: Question = {
  name: 'start',
  title: 'Start with 1 million users × 2 sessions',
  async run({ rounds, note, millionUsers }) {
    const store = await millionUsers();
    const identity = await createIdentity();
    note('start: file in the page cache');
    await startOnce(store, identity);
    const rows = [await row('file in the page cache', store, identity, rounds)];
    note('start: page cache dropped');
    if (await dropPageCache()) {
      rows.push(await row('page cache dropped', store, identity, rounds, dropPageCache));
    } else {
      note('start: only root may drop the page cache, so that row is missing');
    }
    return rows;
  },
};

async function row(
  what: string,
  store: LargeStore,
  identity: Identity,
  rounds: number,
  before: () => Promise<unknown> = async () => {},
): Promise<Row> {
  const starts: Start[] = [];
  for (let round = 0; round < rounds; round++) {
    await before();
    starts.push(await startOnce(store, identity));
  }
  const answers = starts.map(({ firstAnswerMs }) => firstAnswerMs);
  return {
    what: `${figure(store.users)} users, ${what}`,
    result: `${figure(median(answers))} ms to the first answer`,
    aim: `≤ ${figure(AIM_MS)} ms`,
    met: median(answers) <= AIM_MS,
    figures: `longest ${figure(Math.max(...answers))} ms; opening store and server ${figure(median(starts.map(({ openMs }) => openMs)))} ms; the store was built in ${figure(store.builtInMs / 1000)} s`,
  };
}

async function startOnce(
  { path, users }: LargeStore,
  { publicKey, token }: Identity,
): Promise<Start> {
  const startedMs = performance.now();
  const server = await startPorchlight({ store: path, publicKey });
  try {
    const url = `${server.origin}/v1.0/users/${userId(users >> 1)}/presence`;
    const response = await fetch(url, { headers: headers(token) });
    const text = await response.text();
    const firstAnswerMs = performance.now() - startedMs;
    if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
    return { firstAnswerMs, openMs: await server.child.ask<number>('openMs') };
  } finally {
    await server.stop();
  }
}

/** Needs root; false without. The machine forgets every file, Node itself too. */
async function dropPageCache(): Promise<boolean> {
  await promisify(execFile)('sync');
  try {
    await writeFile('/proc/sys/vm/drop_caches', '3');
    return true;
  } catch {
    return false;
  }
}
