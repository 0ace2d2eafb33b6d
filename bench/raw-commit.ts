import type { RedisServer } from './servers/redis.ts';
import { type RedisBenchmark, redisBenchmark } from './servers/redis-benchmark.ts';
import { TENANT, userId } from './users.ts';

/** How many commands are under way. */
export interface Parallel {
  readonly connections: number;
  readonly pipelined: number;
}

type Baseline = (parallel: Parallel) => RedisBenchmark;

const VERSION_BYTES = 8;

/** Of the 32 bytes of a user, `redis-benchmark` makes the last 12: digits. */
const USER_HEAD = 'u'.repeat(20);
const NUMBER = '__rand_int__';

/** The first could write where none after it does. */
const TURNS = 3;

/**
 * The commit script as `redis-benchmark` can send it: over and over the same arguments but for the user, and each
 * time the script writes a record as long as a keep-alive's. A record with the version of the commit would be left
 * alone, and one with another version than expected refused. So the version of the commit is empty, and the record
 * itself begins with the one that is expected: each run finds what the one before has left, and writes it again.
 *
 * Needs a store of one partition in database 0, with users in it.
 */
export async function rawCommit(
  { port, url, raw }: RedisServer,
  { users }: { readonly users: number },
): Promise<{ readonly update: Baseline; readonly read: Baseline }> {
  // Only now: the scripts aren't beside the compiled code before there is a Redis.
  const { COMMIT } = await import('../src/store/redis/script.ts');
  const { partitionKeys, recordKey } = await import('../src/store/redis/keys.ts');
  const keys = partitionKeys(0);
  const seeded = recordKey(0, { tenantId: TENANT, userId: userId(0) });
  const length = await raw.strlen(seeded);
  const floor = await raw.hget(keys.state, 'floor');
  if (length <= VERSION_BYTES || floor === null)
    throw new Error(`no store with users in ${url(1)}`);
  const record = 'r'.repeat(length);
  const found = record.slice(0, VERSION_BYTES);
  const keyOf = (number: string) => `${keys.record}${USER_HEAD}${number}`;
  await raw.mset(
    Array.from({ length: users }, (_, index) => [
      keyOf(String(index).padStart(12, '0')),
      record,
    ]).flat(),
  );
  const farOff = Date.now() + 24 * 3_600_000;
  const commit = (key: string) => {
    const { state, feed, due, users: index, idle, history, changes } = keys;
    const terms = [changes, farOff, floor, '', 1000, 'bench', 0, history];
    const args = [...terms, 1, found, record, '=', '='];
    return [COMMIT.sha1, 6, state, feed, due, index, idle, key, ...args] as const;
  };
  await raw.script('LOAD', COMMIT.text);
  const [sha1, ...rest] = commit(keyOf('0'.repeat(12)));
  const before = await setsOf(raw);
  for (let turn = 0; turn < TURNS; turn++) await raw.evalsha(sha1, ...rest);
  if ((await setsOf(raw)) - before !== TURNS) throw new Error('the script leaves records alone');
  const sending =
    (command: readonly (string | number)[]): Baseline =>
    (parallel) =>
      redisBenchmark({ port, randomBelow: users, command, ...parallel });
  return {
    update: sending(['EVALSHA', ...commit(keyOf(NUMBER))]),
    read: sending(['GET', keyOf(NUMBER)]),
  };
}

/** How often it has set a key, also from within scripts. */
async function setsOf(raw: RedisServer['raw']): Promise<number> {
  return Number(/^cmdstat_set:calls=(\d+)/m.exec(await raw.info('commandstats'))?.[1] ?? 0);
}
