import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../redis-server.ts';
import { checkHistory, describeFinding } from './check.ts';
import { type Issuer, startIssuer } from './issuer.ts';
import { FAULTS } from './nemesis.ts';
import { type Node, newNode } from './node.ts';
import type { Operation } from './operation.ts';
import { type Round, runRound } from './round.ts';

const ROUNDS = Number(process.env.LINEAR_ROUNDS ?? 1);
const SECONDS = Number(process.env.LINEAR_SECONDS ?? 8);
const NODES = Number(process.env.LINEAR_NODES ?? 3);

/** Round n has the seed SEED + n: it settles who asks for what, and what breaks, though not when exactly. */
const SEED = Number(process.env.LINEAR_SEED ?? Math.floor(Math.random() * 2 ** 31));

const TENANT = '11111111-0000-4000-8000-000000000002';

/** As wrong as clocks may be; one of them is right. */
const SKEWS_MS = [-300_000, 0, 300_000, 120_000, -120_000];

/** What starting, mending, and the check of a round may take on a slow machine. */
const BESIDE_MS = 90_000;

let redis: RedisServer;
let issuer: Issuer;
let nodes: Node[] = [];

beforeAll(async () => {
  redis = await startRedis({ settings: { appendonly: 'yes', appendfsync: 'always' } });
  issuer = await startIssuer(TENANT);
  nodes = await Promise.all(
    Array.from({ length: NODES }, (_, index) =>
      newNode({
        name: `n${index + 1}`,
        redisPort: redis.port,
        issuer,
        skewMs: SKEWS_MS[index % SKEWS_MS.length] ?? 0,
      }),
    ),
  );
});

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await issuer?.close();
  await redis?.stop();
});

test('no read is stale, no update lost, no number repeated and no session resurrected, whatever breaks', {
  timeout: ROUNDS * (SECONDS * 1000 + BESIDE_MS),
}, async () => {
  console.log(
    `LINEAR_SEED=${SEED} LINEAR_ROUNDS=${ROUNDS} LINEAR_SECONDS=${SECONDS} LINEAR_NODES=${NODES}`,
  );
  for (let round = 0; round < ROUNDS; round++) {
    const seed = SEED + round;
    const outcome = await runRound({ seed, seconds: SECONDS, redis, nodes, issuer });
    const startedMs = performance.now();
    const findings = checkHistory(outcome.history).map(describeFinding);
    const checkMs = performance.now() - startedMs;
    console.log(`round of seed ${seed}: ${summary(outcome)}; checked in ${Math.round(checkMs)} ms`);
    if (findings.length > 0) console.log(`history: ${kept(outcome.history)}`);
    expect(findings).toEqual([]);
    expect(outcome.unexpected.slice(0, 5)).toEqual([]);
    demandEnough(outcome);
  }
});

function summary({ history, faults, readsWithoutAnswer }: Round): string {
  const reads = history.filter((each) => each.kind === 'read');
  const flagged = reads.filter(({ staleMs }) => staleMs !== undefined);
  const by = (outcome: string) =>
    history.filter((each) => each.kind === 'write' && each.outcome === outcome).length;
  return (
    `${history.length} operations; writes: ${by('ok')} acknowledged, ${by('not found')} found no session, ` +
    `${by('no effect')} refused, ${by('unknown')} unknown; ` +
    `${reads.length} presences read, ${flagged.length} of them flagged as old, ` +
    `${readsWithoutAnswer} reads unanswered; ` +
    `faults: ${[...faults].map(([fault, count]) => `${fault} ${count}`).join(', ')}`
  );
}

/** A round in which little happened shows little. */
function demandEnough({ history, faults }: Round): void {
  const ok = history.filter((each) => each.kind === 'write' && each.outcome === 'ok');
  const reads = history.filter((each) => each.kind === 'read');
  expect(ok.length).toBeGreaterThan(SECONDS * 4);
  expect(reads.length).toBeGreaterThan(SECONDS * 4);
  expect(faults.size).toBeGreaterThanOrEqual(SECONDS >= 60 ? FAULTS.length : 1);
}

/** Where the history is kept, for whoever looks into a finding. */
function kept(history: readonly Operation[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'porchlight-linear-')), 'history.json');
  // What never ends is null in JSON; reading it back is for people.
  writeFileSync(path, history.map((operation) => JSON.stringify(operation)).join('\n'));
  return path;
}
