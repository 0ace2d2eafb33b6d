import { setTimeout as after } from 'node:timers/promises';
import { Random } from '../crash/random.ts';
import type { RedisServer } from '../redis-server.ts';
import { Client, type Tally } from './client.ts';
import type { Issuer } from './issuer.ts';
import { type Fault, torment, wellAgain } from './nemesis.ts';
import type { Node } from './node.ts';
import type { Operation } from './operation.ts';

const CLIENTS = 16;
const USERS = 40;
const APPS = ['5e6b1c8a-3a7b-4a0e-9a38-1d4c6a1f0b11', 'c0ffee00-3a7b-4a0e-9a38-1d4c6a1f0b12'];

export interface RoundParts {
  readonly seed: number;
  readonly seconds: number;
  readonly redis: RedisServer;
  readonly nodes: readonly Node[];
  readonly issuer: Issuer;
}

export interface Round extends Tally {
  readonly history: readonly Operation[];
  readonly faults: ReadonlyMap<Fault, number>;
}

/** Clients at work while things break, and at the end, with all well again, a look at everybody on every node. */
export async function runRound({
  seed,
  seconds,
  redis,
  nodes,
  issuer,
}: RoundParts): Promise<Round> {
  const history: Operation[] = [];
  const tally: Tally = { readsWithoutAnswer: 0, unexpected: [] };
  const userIds = Array.from(
    { length: USERS },
    // Nothing was ever said about the users of a round.
    (_, user) => `${hex(seed, 8)}-aaaa-4aaa-8aaa-${hex(user, 12)}`,
  );
  const apps = await Promise.all(APPS.map(async (id) => ({ id, token: await issuer.tokenOf(id) })));
  const newClient = (name: string, index: number, among: readonly Node[]) =>
    new Client({
      name,
      random: new Random(seed + index),
      nodes: among,
      userIds,
      app: apps[index % apps.length] as (typeof apps)[number],
      record: (operation) => history.push(operation),
      tally,
    });

  await wellAgain({ nodes });
  const host = newClient('host', 0, nodes);
  for (const userId of userIds) await untilDone(() => host.greet(userId));
  host.close();

  // Not AbortSignal.any over a timeout: nothing holds that, and once it was collected the round never ended.
  const halt = new AbortController();
  const over = halt.signal;
  const timer = setTimeout(() => halt.abort(), seconds * 1000);
  const random = new Random(seed + 1000);
  const clients = Array.from({ length: CLIENTS }, (_, index) =>
    newClient(`client ${index + 1}`, index + 1, nodes).work(over),
  );
  const faults = await torment({ redis, nodes, random }, over).finally(async () => {
    clearTimeout(timer);
    halt.abort();
    await Promise.all(clients);
  });

  for (const [index, node] of nodes.entries()) {
    const visitor = newClient(`visitor of ${node.name}`, CLIENTS + 1 + index, [node]);
    await untilDone(() => visitor.readMany(userIds));
    visitor.close();
  }
  return { history, faults, ...tally };
}

const PATIENCE_MS = 20_000;
const LOOK_AGAIN_MS = 50;

async function untilDone(attempt: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (!(await attempt())) {
    if (performance.now() > deadlineMs) throw new Error('a node that is ready answers nothing');
    await after(LOOK_AGAIN_MS);
  }
}

function hex(number: number, width: number): string {
  return (number >>> 0).toString(16).padStart(width, '0');
}
