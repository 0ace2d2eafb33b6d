import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { type DevServer, startPorchlightDev } from '../program.ts';
import { History } from './history.ts';
import { readAll, startLoad } from './load.ts';
import { Numbers } from './numbers.ts';
import { checkShown, possiblePresences, UNKNOWN } from './presence-check.ts';
import { Random } from './random.ts';
import { StoreCheck } from './store-check.ts';

/** The first tenant of examples/tenant.json. */
const TENANT = '2f75e7fc-bf0b-44ac-82ef-9a2769953954';

const USERS = 40;

const APPS = [
  '22553876-f5ab-4529-bffb-cfe50aa89f87',
  '5e6b1c8a-3a7b-4a0e-9a38-1d4c6a1f0b11',
  'c0ffee00-3a7b-4a0e-9a38-1d4c6a1f0b12',
];

/** When the server is killed, counted from the first answered write. */
const KILL_AFTER_MS = { least: 20, most: 150 };

export interface Tally {
  readonly cycles: number;
  /** Writes that were answered, and are accounted for. */
  readonly acknowledged: number;
  /** Writes that a kill left without an answer, and those of them that were kept. */
  readonly unanswered: number;
  readonly keptUnanswered: number;
  readonly reads: number;
  readonly changes: number;
}

/**
 * A data folder that lives through many kills. Each cycle starts the program on it, looks at what is
 * there, writes and reads, and kills it; what it does and when follows from the cycle's seed.
 *
 * @param halt shared by what runs beside each other: the first failure ends them all
 */
export async function crashAgainAndAgain(
  dataDir: string,
  seeds: readonly number[],
  halt: AbortController,
): Promise<Tally> {
  const userIds = Array.from(
    { length: USERS },
    (_, index) => `0000000${index % 10}-aaaa-4aaa-8aaa-${String(index).padStart(12, '0')}`,
  );
  const history = new History();
  const numbers = new Numbers();
  const expected = { tenantId: TENANT, userIds, apps: APPS, history, numbers };
  const check = new StoreCheck(expected);
  const tally = { acknowledged: 0, unanswered: 0, reads: 0 };
  let tokens: ReadonlyMap<string, string> | undefined;
  let values = 0;

  async function withStore(look: 'look' | 'lookAgain'): Promise<void> {
    const store = await openLmdbStore({ path: join(dataDir, 'store') });
    try {
      await check[look](store, Date.now());
    } finally {
      await store.close();
    }
  }

  /** What the server shows is what some allowed history leads to. */
  async function lookThroughServer(server: DevServer, token: string): Promise<void> {
    const agent = new Agent({ keepAlive: true });
    try {
      const beforeMs = Date.now();
      const shown = await readAll({ agent, origin: server.http, token }, userIds);
      const afterMs = Date.now();
      for (const userId of userIds) {
        const user = shown.get(userId) ?? { number: 0, shown: UNKNOWN };
        const possible = possiblePresences(history, userId, APPS, beforeMs);
        for (const each of possiblePresences(history, userId, APPS, afterMs)) possible.add(each);
        checkShown(userId, user.shown, possible);
        if (user.shown !== UNKNOWN) numbers.saw(userId, user.number, user.shown);
      }
    } finally {
      agent.destroy();
    }
  }

  async function cycle(seed: number): Promise<void> {
    const random = new Random(seed);
    const server = await startPorchlightDev({ dataDir });
    try {
      // Got once: the tokens of the first process hold for all that follow.
      tokens ??= await tokensOf(server);
      await lookThroughServer(server, tokens.get(random.pick(APPS)) ?? '');
      const load = startLoad({
        origin: server.http,
        tokens,
        userIds,
        history,
        numbers,
        random,
        nextValue: () => ++values,
      });
      // Handled below; until then a rejection must not count as forgotten.
      load.ended.catch(() => {});
      await Promise.race([load.begun, load.ended]);
      await after(random.between(KILL_AFTER_MS.least, KILL_AFTER_MS.most));
      load.expectEnd();
      await server.kill();
      const { acknowledged, reads } = await load.ended;
      tally.acknowledged += acknowledged;
      tally.reads += reads;
      tally.unanswered += history.crash(Date.now());
    } finally {
      await server.kill();
    }
    // Else the next server is the first to open what this one left.
    if (random.chance(0.7)) await withStore('look');
  }

  for (const seed of seeds) {
    halt.signal.throwIfAborted();
    try {
      await cycle(seed);
    } catch (cause) {
      halt.abort(new Error(`the cycle of seed ${seed} failed`, { cause }));
    }
  }
  halt.signal.throwIfAborted();
  await withStore('look');
  await withStore('lookAgain');
  return {
    cycles: seeds.length,
    ...tally,
    keptUnanswered: check.keptUnacknowledged,
    changes: check.changes,
  };
}

async function tokensOf({ http }: DevServer): Promise<ReadonlyMap<string, string>> {
  const tokens = APPS.map(async (app) => {
    const response = await fetch(`${http}/${TENANT}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: app,
        client_secret: 'any',
        ttl: 'P1D',
      }),
    });
    const { access_token } = (await response.json()) as { access_token: string };
    return [app, access_token] as const;
  });
  return new Map(await Promise.all(tokens));
}
