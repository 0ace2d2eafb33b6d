import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readAddress } from '../../src/store/redis/address.ts';
import { type Link, openLink } from '../../src/store/redis/link.ts';
import { type RedisCluster, startRedisCluster } from '../redis-cluster.ts';
import { type SentinelGroup, startSentinels } from '../redis-sentinels.ts';
import type { RedisServer } from '../redis-server.ts';
import { until } from '../until.ts';
import { ADD, PUSH, TELL } from './redis-scripts.ts';

const KEY = 'porchlight:{0}:set';
const CHANNEL = 'porchlight:{0}:changed';

/** How soon after another server has taken over writes must work again. */
const RECOVERY_MS = 2000;

const ENDS = {
  crashed: (server: RedisServer) => server.kill(),
  stalled: async (server: RedisServer) => server.pause(),
};

const open = (url: string, timeoutMs = 2000) => openLink(readAddress(url), { timeoutMs });

let link: Link;
let heard: number;
let backs: number;
let value = 0;
/** What was confirmed to have been added to the set under KEY. */
let confirmed: string[];

/** Adds something new, and waits until it is confirmed. */
async function write(key = KEY): Promise<void> {
  const member = String(value++);
  await link.run(ADD, [key], [member], { confirm: true, onResend: () => {} });
  if (key === KEY) confirmed.push(member);
}

async function watch(opened: Link): Promise<void> {
  link = opened;
  heard = 0;
  backs = 0;
  confirmed = [];
  link.onBack(() => backs++);
  await link.listen([CHANNEL], () => heard++);
}

async function hearsAgain(): Promise<void> {
  const before = heard;
  await until(async () => {
    await link.run(TELL, [CHANNEL], []);
    return heard > before;
  });
}

/** Writes all the time, until it works after `switched`; how much later than that it did, in ms. */
async function recoveryMs(switched: Promise<unknown>): Promise<number> {
  let switchedMs = Number.POSITIVE_INFINITY;
  const noted = switched.then(() => {
    switchedMs = performance.now();
  });
  await until(async () => {
    await write();
    return performance.now() > switchedMs;
  });
  await noted;
  return performance.now() - switchedMs;
}

/** Nothing that was confirmed is lost. */
async function isAllThere(server: RedisServer): Promise<void> {
  expect(await server.raw.smembers(KEY)).toEqual(expect.arrayContaining(confirmed));
}

describe('a link through sentinels', () => {
  let group: SentinelGroup;

  beforeEach(async () => {
    group = await startSentinels();
    await watch(await open(group.url));
  });
  afterEach(async () => {
    await link.close();
    await group.stop();
  });

  for (const [how, end] of Object.entries(ENDS)) {
    it(`goes on with the new primary when the old one has ${how}, and not with the old one when it is back`, async () => {
      await write();
      const old = await group.primary();
      await end(old);
      const ms = await recoveryMs(group.switched(old));
      console.info(`sentinels, ${how}: ${Math.round(ms)} ms after the switch`);
      expect(ms).toBeLessThan(RECOVERY_MS);
      expect(backs).toBeGreaterThan(0);
      await hearsAgain();

      if (how === 'crashed') await old.start();
      else old.resume();
      // It takes itself for a primary until the sentinels tell it otherwise, some seconds later.
      expect(await old.raw.role()).toContain('master');
      for (let count = 0; count < 20; count++) await write();
      await isAllThere(await group.primary());
    });
  }

  it('finds the primary though one sentinel is gone and another stalls', async () => {
    const [first, second] = group.sentinels;
    await first?.kill();
    second?.pause();
    const other = await open(group.url, 500);
    // Not confirmed: after so many failovers the replicas may still be reading.
    expect(await other.run(PUSH, ['{0}'], ['a'])).toBe(1);
    await other.close();
  });

  it('is let in by sentinels that ask for a password, when it has it', async () => {
    for (const { raw } of group.sentinels) {
      await raw.call('ACL', 'SETUSER', 'porchlight', 'on', '>a&b', '+@all');
      await raw.call('ACL', 'SETUSER', 'default', 'resetpass', '>another');
    }
    await expect(open(group.url, 300)).rejects.toThrow('NOAUTH');
    await expect(open(`${group.url}?sentinelPassword=secret`, 300)).rejects.toThrow('WRONGPASS');
    await (await open(`${group.url}?sentinelPassword=another`)).close();
    await (await open(`${group.url}?sentinelUser=porchlight&sentinelPassword=a%26b`)).close();
  });

  it('is refused under a name that the sentinels do not know', async () => {
    const url = group.url.replace(/[^/]+$/, 'another');
    await expect(open(url, 300)).rejects.toThrow("it knows no primary 'another'");
  });
});

describe('a link to a cluster', () => {
  let cluster: RedisCluster;

  beforeAll(async () => {
    const settings = { 'cluster-require-full-coverage': 'no' };
    cluster = await startRedisCluster({ masters: 3, replicas: 1, settings });
  });
  afterAll(() => cluster.stop());
  // Each of the masters has one replica, and the one that is left alone could confirm nothing.
  beforeEach(async () => watch(await open(`${cluster.url}?durability=primary`)));
  afterEach(() => link.close());

  /** A partition whose keys another server has than those of partition 0. */
  async function partitionElsewhere(): Promise<string> {
    const owner = await cluster.ownerOfKey(KEY);
    for (let partition = 1; ; partition++) {
      const key = `porchlight:{${partition}}:set`;
      if ((await cluster.ownerOfKey(key)) !== owner) return key;
    }
  }

  it('spreads calls over the servers, and asks them all', async () => {
    const keys = [0, 1, 2, 3, 4, 5].map((partition) => `porchlight:{${partition}}:set`);
    for (const key of keys) await write(key);
    for (const key of keys) expect(await link.ask(key, 'SCARD', [key])).toBe(1);
    expect(await link.askAll('DBSIZE', [])).toHaveLength(3);
    await hearsAgain();
  });

  it('follows a slot to another server, while and after it is moved, with its channels', async () => {
    const from = await cluster.ownerOfKey(KEY);
    const to = await cluster.ownerOfKey(await partitionElsewhere());
    const slot = String(await from.raw.cluster('KEYSLOT', KEY));
    const [fromId, toId] = await Promise.all([from, to].map(({ raw }) => raw.cluster('MYID')));
    await to.raw.cluster('SETSLOT', slot, 'IMPORTING', String(fromId));
    await from.raw.cluster('SETSLOT', slot, 'MIGRATING', String(toId));
    // What isn't there is where the slot goes, to a server that doesn't know the script.
    await to.raw.script('FLUSH');
    await write('{0}new');
    expect(await link.ask('{0}new', 'SCARD', ['{0}new'])).toBe(1);
    await from.raw.migrate('127.0.0.1', to.port, KEY, 0, 1000);
    for (const { raw } of [to, from]) await raw.cluster('SETSLOT', slot, 'NODE', String(toId));
    await write();
    await until(() => backs > 0);
    await hearsAgain();
  });

  for (const [how, end] of Object.entries(ENDS)) {
    it(`goes on with a replica when a primary has ${how}, and the others never stop`, async () => {
      await write();
      const elsewhere = await partitionElsewhere();
      const old = await cluster.ownerOfKey(KEY);
      const observer = await cluster.ownerOfKey(elsewhere);
      await end(old);
      let isOver = false;
      const switched = until(async () => (await cluster.ownerOfKey(KEY, observer)) !== old);
      const others = (async () => {
        while (!isOver) await write(elsewhere);
      })();
      const ms = await recoveryMs(switched);
      console.info(`cluster, ${how}: ${Math.round(ms)} ms after the promotion`);
      isOver = true;
      await others;
      expect(ms).toBeLessThan(RECOVERY_MS);
      expect(backs).toBeGreaterThan(0);
      await hearsAgain();

      if (how === 'crashed') await old.start();
      else old.resume();
      await cluster.isWhole();
      await until(async () => (await old.raw.info('replication')).includes('link_status:up'));
      await write();
    });
  }
});
