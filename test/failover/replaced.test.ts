import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRedisStore } from '../../src/store/redis/open.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import { content } from '../crash/numbers.ts';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { readOne, setStatusMessage, tell, user } from '../store/commands.ts';
import { until } from '../until.ts';

/** After that the floor of the numbers of who took over says nothing any more. */
const LATER_MS = 60_000;

const start = () => startRedis({ settings: { 'repl-diskless-sync-delay': '0' } });

let servers: RedisServer[];
let stores: PresenceStore[];

beforeEach(async () => {
  stores = [];
  servers = await Promise.all([start(), start()]);
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await Promise.all(servers.map((server) => server.stop()));
});

it('gives no number, seen by whoever still reaches it, that its successor gives too', async () => {
  const [old, next] = servers;
  if (old === undefined || next === undefined) throw new Error('there are two servers');
  await next.raw.replicaof('127.0.0.1', old.port);
  await until(async () => (await old.raw.info('replication')).includes('state=online'));
  const open = async ({ url }: RedisServer, durability: string) => {
    const store = await openRedisStore({
      url: `${url}?durability=${durability}`,
      ...{ partitions: 1, timeoutMs: 1000 },
    });
    stores.push(store);
    return store;
  };
  const one = await open(old, 'available');
  await tell(one, user(1), Date.now(), setStatusMessage('before'));
  // What a failover does: nobody tells the old one.
  await next.raw.replicaof('NO', 'ONE');
  await until(async () => (await old.raw.info('replication')).includes('connected_slaves:0'));
  const two = await open(next, 'primary');
  await tell(two, user(1), Date.now(), setStatusMessage('taken over'));

  const laterMs = Date.now() + LATER_MS;
  const there = tell(one, user(1), laterMs, setStatusMessage('there'));
  await expect(there).rejects.toMatchObject({
    ...{ code: 'StoreUnavailable', mayBeKept: false },
    message: expect.stringContaining('0 of 1 replicas follow it'),
  });
  await tell(two, user(1), laterMs, setStatusMessage('here'));
  const [seenThere, seenHere] = [await readOne(one, user(1)), await readOne(two, user(1))];
  expect(seenHere?.number).toBeGreaterThan(seenThere?.number ?? 0);
  expect(seenThere && content(seenThere.presence)).toContain('before');

  // With a replica again it goes on.
  await next.raw.replicaof('127.0.0.1', old.port);
  await until(async () => (await old.raw.info('replication')).includes('state=online'));
  await tell(one, user(1), laterMs + 1, setStatusMessage('after'));
});
