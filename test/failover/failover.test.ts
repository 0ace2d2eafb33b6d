import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DurabilityMode } from '../../src/store/redis/address.ts';
import { openRedisStore } from '../../src/store/redis/open.ts';
import type { PresenceStore } from '../../src/store/store.ts';
import { Random } from '../crash/random.ts';
import { type SentinelGroup, startSentinels } from '../redis-sentinels.ts';
import { check } from './check.ts';
import type { Fault } from './fault.ts';
import { runRound } from './round.ts';
import { Tally, tableOf } from './tally.ts';

/** Of each mode and fault. */
const FAILOVERS = Number(process.env.FAILOVERS ?? 1);
const SEED = Number(process.env.FAILOVER_SEED ?? Math.floor(Math.random() * 2 ** 31));

/**
 * MODE FAULT, each: by default two that have all code between them. `available amid` and `primary` are only counted,
 * and asserted nothing of.
 */
const CASES = (process.env.FAILOVER_CASES ?? 'available crash,strict stalled')
  .split(',')
  .map((each) => each.split(' ') as [DurabilityMode, Fault]);

const STORES = 3;
const PARTITIONS = 4;

/**
 * Sentinel asks a new primary for the first time a second after it made it one. With less than that, and some, it takes
 * it for gone at once, and makes another one.
 */
const DOWN_AFTER_MS = 1500;

/** What a failover may take on a slow machine. */
const EACH_MS = 60_000;

const QUERIES: Readonly<Record<DurabilityMode, string>> = {
  primary: 'durability=primary',
  available: 'durability=available',
  strict: 'durability=strict&replicas=2',
};

let group: SentinelGroup;
let stores: PresenceStore[] = [];
let rounds = 0;
const tallies: Tally[] = [];

beforeAll(async () => {
  console.log(`FAILOVER_SEED=${SEED} FAILOVERS=${FAILOVERS}`);
  group = await startSentinels({ downAfterMs: DOWN_AFTER_MS });
});

afterAll(async () => {
  if (tallies.length > 0) console.log(tableOf(tallies));
  await Promise.all(stores.map((store) => store.close()));
  await group?.stop();
});

async function openStores(mode: DurabilityMode): Promise<void> {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  const url = `${group.url}?${QUERIES[mode]}`;
  stores = await Promise.all(
    Array.from({ length: STORES }, () => openRedisStore({ url, partitions: PARTITIONS })),
  );
}

async function failOver(mode: DurabilityMode, fault: Fault, tally: Tally) {
  const round = ++rounds;
  const random = new Random(SEED + round);
  const outcome = await runRound({ group, stores, mode, fault, random, round });
  const { counts, losses, violations } = check(outcome.history);
  tally.add(counts, outcome);
  const gap = `${Math.round(outcome.gapMs)} ms, ${outcome.switches} switch(es)`;
  console.log(`${mode}, ${fault} ${tally.failovers}: ${gap} ${JSON.stringify(counts)}`);
  if (losses.length > 0) console.log(losses.slice(0, 5).join('\n'));
  expect(violations.slice(0, 5)).toEqual([]);
  // A round in which little happened shows little.
  expect(counts.acknowledged).toBeGreaterThan(300);
  expect(counts.reads).toBeGreaterThan(300);
  return { counts, ...outcome };
}

describe.each(CASES)('durability %s, %s', (mode, fault) => {
  beforeAll(() => openStores(mode));

  it(`keeps what it promises, ${FAILOVERS} times`, { timeout: FAILOVERS * EACH_MS }, async () => {
    const tally = new Tally(`${mode}, ${fault}`);
    tallies.push(tally);
    for (let count = 0; count < FAILOVERS; count++) {
      const { counts, meanwhile, switches } = await failOver(mode, fault, tally);
      if (mode === 'primary') continue;
      // Sentinels that replaced a primary that was well make it one that goes on amid a failover.
      const isAsAsked = fault !== 'amid' && switches === 1;
      if (mode === 'strict' || isAsAsked) expect(counts.lost).toBe(0);
      if (fault === 'crash' && switches === 1) expect(counts.stale).toBe(0);
      // With one of three servers away.
      if (mode === 'strict') expect(meanwhile).toMatchObject({ acknowledged: 0 });
      else expect(meanwhile.acknowledged).toBeGreaterThan(0);
    }
  });
});
