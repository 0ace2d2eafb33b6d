import { setTimeout as delay } from 'node:timers/promises';
import { inTemporaryFolder } from './folder.ts';
import { createIdentity, type Identity } from './identity.ts';
import { figure, type Question, type Row, type Settings } from './question.ts';
import { median, ratios } from './rounds.ts';
import type { ChangesOptions } from './servers/changes.ts';
import { type ServerProcess, startPorchlight } from './servers/start.ts';
import { TENANT, userId, userIds } from './users.ts';
import { latencies, percentile } from './webhooks/latency.ts';
import type { Death } from './webhooks/receiver.ts';
import {
  presenceOf,
  type Receiver,
  startReceiver,
  startSteadyLoad,
  subscribe,
} from './webhooks/start.ts';
import type { SentChanges } from './webhooks/steady.ts';

/** Aim: the others' p99 grows by half at most. */
const AIM = 1.5;

const ENDPOINTS = 10;
/** The last one dies. */
const DEAD = ENDPOINTS - 1;
/** Users of each endpoint whose presence changes during the rounds. */
const USERS_OF_EACH = 10;
const PER_SECOND = 200;

/** A disk that stalls now and then spoils a turn or two of many, and not the median of them. */
const TURNS_IN_A_ROUND = 4;

/** Until the dead endpoint has failed a few times: the rounds see it at rest and being tried again. */
const SETTLING_MS = 4000;

const DEATHS: readonly (readonly [Death, string])[] = [
  ['refuses', 'refuses connections'],
  ['hangs', 'takes requests and never answers'],
];

interface Contender {
  readonly server: ServerProcess;
  readonly receiver: Receiver;
  /** Whether the tenth is dead. */
  readonly isDead: boolean;
}

/** Of the nine, in ms: one figure a turn. */
interface P99 {
  readonly harmed: number[];
  readonly healthy: number[];
}

export const deadEndpoint: Question = {
  name: 'dead-endpoint',
  title: 'Nine endpoints beside a dead one',
  async run(settings) {
    const rows: Row[] = [];
    for (const death of settings.quick ? DEATHS.slice(0, 1) : DEATHS)
      rows.push(await withDeath(death, settings));
    return rows;
  },
};

function withDeath([how, words]: readonly [Death, string], settings: Settings): Promise<Row> {
  return inTemporaryFolder((path) =>
    inTemporaryFolder(async (otherPath) => {
      settings.note(`dead-endpoint: one ${words}`);
      const pending = settings.quick ? 100 : 10_000;
      const identity = await createIdentity();
      const load = startSteadyLoad();
      const prepare = { pending, identity, settings };
      const harmed = await start({ ...prepare, path, isDead: true });
      const healthy = await start({ ...prepare, path: otherPath, isDead: false });
      try {
        await harmed.receiver.die(DEAD, how);
        await healthy.receiver.reset();
        for (const { server } of [harmed, healthy]) {
          const tenants = [TENANT];
          const others = { first: ENDPOINTS * USERS_OF_EACH, count: pending };
          const options: ChangesOptions = {
            tenants,
            order: 'in turn',
            inConference: true,
            ...others,
          };
          await server.child.ask('change', options);
        }
        await healthy.receiver.until(pending);
        await delay(settings.quick ? 0 : SETTLING_MS);
        const turns = settings.rounds * TURNS_IN_A_ROUND;
        const durationMs = settings.durationMs / TURNS_IN_A_ROUND;
        const p99: P99 = { harmed: [], healthy: [] };
        for (let turn = 0; turn <= turns; turn++) {
          const ofHarmed = await othersP99(harmed, load, identity, durationMs);
          const ofHealthy = await othersP99(healthy, load, identity, durationMs);
          if (turn === 0) continue;
          p99.harmed.push(ofHarmed);
          p99.healthy.push(ofHealthy);
        }
        return row(words, pending, p99);
      } finally {
        await load.stop();
        for (const { server, receiver } of [harmed, healthy]) {
          await Promise.all([server.stop(), receiver.stop()]);
        }
      }
    }),
  );
}

interface Preparation {
  readonly path: string;
  readonly isDead: boolean;
  readonly pending: number;
  readonly identity: Identity;
  readonly settings: Settings;
}

/** Each endpoint has its users; those that are changed beforehand are all of the last one. */
async function start(preparation: Preparation): Promise<Contender> {
  const { path, isDead, pending, identity, settings } = preparation;
  const { publicKey } = identity;
  const server = await startPorchlight(
    { store: path, publicKey, profile: 'extended' },
    settings.cpuProfiles,
  );
  const receiver = await startReceiver(ENDPOINTS);
  for (const [index, notificationUrl] of receiver.urls.entries()) {
    const request = { notificationUrl, resource: presenceOf(usersOf(index)) };
    await subscribe(server, { tenantId: TENANT, request });
  }
  const others = Array.from({ length: pending }, (_, index) =>
    userId(ENDPOINTS * USERS_OF_EACH + index),
  );
  const request = { notificationUrl: receiver.urls[DEAD] ?? '', resource: presenceOf(others) };
  await subscribe(server, { tenantId: TENANT, request });
  return { server, receiver, isDead };
}

function usersOf(endpoint: number): string[] {
  return userIds(ENDPOINTS * USERS_OF_EACH).slice(
    endpoint * USERS_OF_EACH,
    (endpoint + 1) * USERS_OF_EACH,
  );
}

/** The same changes for all ten; in ms, from the request to the arrival at one of the nine. */
async function othersP99(
  { server, receiver, isDead }: Contender,
  load: ReturnType<typeof startSteadyLoad>,
  { token }: Identity,
  durationMs: number,
): Promise<number> {
  await receiver.reset();
  const users = userIds(ENDPOINTS * USERS_OF_EACH);
  const { origin } = server;
  const sent = await load.change({ origin, token, users, perSecond: PER_SECOND, durationMs });
  const living = new Set(users.slice(0, (isDead ? DEAD : ENDPOINTS) * USERS_OF_EACH));
  await receiver.until(countOf(sent.filter(([user]) => living.has(user))));
  const nine = new Set(users.slice(0, DEAD * USERS_OF_EACH));
  const concerning = sent.filter(([user]) => nine.has(user));
  const arrivals = new Map<string, readonly number[]>();
  for (let index = 0; index < DEAD; index++) {
    for (const [user, instants] of await receiver.arrivals(index)) arrivals.set(user, instants);
  }
  return percentile(latencies(concerning, arrivals).fromRequest, 0.99);
}

function countOf(sent: SentChanges): number {
  return sent.reduce((sum, [, changes]) => sum + changes.length, 0);
}

function row(words: string, pending: number, p99: P99): Row {
  const ratio = ratios(p99.harmed, p99.healthy);
  return {
    what: `one ${words}, ${figure(pending)} items waiting for it; ${PER_SECOND} changes/s`,
    result: `p99 of the nine ${figure(ratio.median, 2)} × that without (median of ${p99.harmed.length} turns)`,
    aim: `≤ ${AIM} ×`,
    met: ratio.median <= AIM,
    figures: `from the request ${figure(median(p99.harmed), 1)} ms, without ${figure(median(p99.healthy), 1)} ms`,
  };
}
