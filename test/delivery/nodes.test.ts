import { describe, expect, test } from 'vitest';
import { openRedisStore } from '../../src/store/redis/open.ts';
import { startRedis } from '../redis-server.ts';
import { look } from './findings.ts';
import { type NodesRunOptions, runNodes } from './nodes-run.ts';
import { FAILURES } from './receiver.ts';
import { PATIENT } from './terms.ts';

const NODES = 3;

/** How often a node is killed or stalled; more on demand. */
const CYCLES = Number(process.env.NODE_CYCLES ?? 3);

/** Settles who writes what and by which node, what happens to whom, and how the receiver fails. */
const SEED = Number(process.env.DELIVERY_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** What a cycle may take on a slow machine, and what there is beside them. */
const CYCLE_MS = 10_000;
const BESIDE_MS = 60_000;

async function deliver(given: Pick<NodesRunOptions, 'seed' | 'faults'>) {
  console.log(`DELIVERY_SEED=${given.seed} NODE_CYCLES=${CYCLES}`);
  const redis = await startRedis({ settings: { appendonly: 'yes', appendfsync: 'always' } });
  try {
    const startedMs = performance.now();
    const options = { ...given, redis, nodes: NODES, cycles: CYCLES, terms: PATIENT };
    const run = await runNodes(options);
    const tookS = Math.round((performance.now() - startedMs) / 1000);
    const { receiver, subscribers, tenantId, stalls } = run;
    const isLate = stalls.isLate.bind(stalls);
    const store = await openRedisStore({ url: redis.url });
    const findings = await look({ receiver, subscribers, tenantId, isLate }, store).finally(() =>
      store.close(),
    );
    const failed = [...receiver.failures.values()].reduce((sum, each) => sum + each, 0);
    console.log(
      `${run.kills} kills and ${stalls.count} stalls of ${NODES} nodes, and ${run.redisKills} kills of Redis, in ${tookS} s: ` +
        `${run.answered} answered writes, ${findings.changes} changes, ${findings.fades} of them by time; ` +
        `${findings.notifications} notifications in ${receiver.calls.length} calls, ${failed} calls failed; ` +
        `${findings.repetitions} repetitions, ${findings.late} notifications late from a stalled node; ` +
        `${findings.announced} announcements of losses; ${findings.complaints.length} complaints; ` +
        `settled in ${Math.round(run.settledMs)} ms`,
    );
    expect(findings.complaints.slice(0, 20)).toEqual([]);
    expect(findings.announced).toBe(0);
    expect(receiver.trapped).toBe(0);
    const { answered, logged } = run;
    return { ...findings, answered, logged, kinds: [...receiver.failures.keys()] };
  } finally {
    await redis.stop();
  }
}

// Mostly they wait: for leases to run out, and for nodes that stall.
describe.concurrent('three nodes on one Redis', { timeout: CYCLES * CYCLE_MS + BESIDE_MS }, () => {
  test('tell of every change, in order and known by its id, whichever are killed or stall', async () => {
    const outcome = await deliver({ faults: ['kill', 'stall', 'kill'], seed: SEED });
    expect(outcome.logged).toBe('');
    expect(outcome.fades).toBeGreaterThan(CYCLES);
    expect(outcome.repetitions).toBeGreaterThan(0);
    expect(outcome.answered).toBeGreaterThan(CYCLES * 5);
    expect(outcome.kinds.sort()).toEqual([...FAILURES].sort());
  });

  test('do so when Redis is killed, too', async () => {
    const outcome = await deliver({ faults: ['kill', 'kill Redis', 'stall'], seed: SEED + 1 });
    expect(outcome.answered).toBeGreaterThan(CYCLES * 5);
  });
});
