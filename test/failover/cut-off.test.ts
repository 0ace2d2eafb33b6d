import { setTimeout as after } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRedisStore } from '../../src/store/redis/open.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import { Random } from '../crash/random.ts';
import { type SentinelGroup, startSentinels } from '../redis-sentinels.ts';
import type { RedisServer } from '../redis-server.ts';
import { until } from '../until.ts';
import { check } from './check.ts';
import { Load } from './load.ts';
import { userIdsOf } from './round.ts';
import { settled } from './settled.ts';
import { whole } from './whole.ts';

/** How long both sides go on after a failover; more than 10 is more than the margin of numbers. */
const SECONDS = Number(process.env.CUT_OFF_SECONDS ?? 2);
const SEED = Number(process.env.FAILOVER_SEED ?? Math.floor(Math.random() * 2 ** 31));

const PARTITIONS = 4;
const ENOUGH = 50;

let group: SentinelGroup;
let stores: PresenceStore[];

beforeEach(async () => {
  stores = [];
  group = await startSentinels({ downAfterMs: 1500 });
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await group.stop();
});

async function open(url: string): Promise<PresenceStore> {
  const store = await openRedisStore({ url, partitions: PARTITIONS });
  stores.push(store);
  return store;
}

/** Nobody reaches it any more but who is called `node`: no replica, no sentinel, no other server. */
async function cutOff({ raw }: RedisServer): Promise<void> {
  await raw
    .multi()
    .call('ACL', 'SETUSER', 'default', 'off')
    .call('CLIENT', 'KILL', 'TYPE', 'replica')
    .call('CLIENT', 'KILL', 'TYPE', 'pubsub', 'USER', 'default')
    .call('CLIENT', 'KILL', 'USER', 'default', 'SKIPME', 'yes')
    .exec();
}

it('a primary that is cut off with a server, and replaced, acknowledges nothing any more, and no number it gives comes again', {
  timeout: 60_000 + SECONDS * 1000,
}, async () => {
  console.log(`FAILOVER_SEED=${SEED} CUT_OFF_SECONDS=${SECONDS}`);
  const primary = await group.primary();
  await primary.raw.call('ACL', 'SETUSER', 'node', 'on', '>secret', '~*', '&*', '+@all');
  const among = [await open(`${group.url}?durability=available`)];
  const alone = await open(`redis://node:secret@127.0.0.1:${primary.port}?durability=available`);
  const userIds = userIdsOf(1);
  const here = new Load({ stores: among, userIds, random: new Random(SEED) });
  const there = new Load({
    stores: [alone],
    userIds,
    random: new Random(SEED + 1),
    firstWriter: 100,
  });
  const loads = [here, there];
  let cutMs = 0;
  try {
    for (const load of loads) load.begin({ writers: 12, readers: 4 });
    await until(() => loads.every((load) => load.acknowledgedSince(0) >= ENOUGH));
    await cutOff(primary);
    cutMs = performance.now();
    await group.switched(primary);
    const switchedMs = performance.now();
    await until(() => here.acknowledgedSince(switchedMs) >= ENOUGH);
    await after(SECONDS * 1000);
    await until(() => there.failedSince(switchedMs) > 0);
  } finally {
    await Promise.all(loads.map((load) => load.end()));
  }
  await primary.raw.call('ACL', 'SETUSER', 'default', 'on');
  await whole(group);

  const [first] = among;
  if (first === undefined) throw new Error('there is a store');
  const from = Array.from({ length: PARTITIONS }, () => '');
  const { feeds, records } = await settled(first, from, userIds);
  const writes = loads.flatMap((load) => load.writes);
  const reads = loads.flatMap((load) => load.reads);
  const { counts, losses, violations } = check({ writes, reads, followed: [], feeds, records });
  console.log(JSON.stringify(counts));
  expect(violations.slice(0, 5)).toEqual([]);
  expect(losses).toEqual([]);
  expect(there.acknowledgedSince(cutMs)).toBe(0);
  expect(there.reads.filter(({ begunMs }) => begunMs > cutMs).length).toBeGreaterThan(ENOUGH);
});
