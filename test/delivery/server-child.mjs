// The server in a process of its own, to be killed. Told 'open' it serves a store with a clock of the
// test's; told 'time' it sets that clock; told 'settle' it says when nothing waits for delivery any more,
// on whichever server, nor for its time if that is asked for; told 'close' it ends in order. Runs the
// built program: this Node may not run TypeScript.

import { importJWK } from 'jose';
import pino from 'pino';
import { createDirectory } from '../../dist/directory/fixed.js';
import { createOutbound } from '../../dist/outbound/open.js';
import { openServer } from '../../dist/server.js';
import { openLmdbStore } from '../../dist/store/lmdb/open.js';
import { openRedisStore } from '../../dist/store/redis/open.js';

const DAY_MS = 86_400_000;
const LONGEST_SLEEP_MS = 1000;
const LOOK_AGAIN_MS = 20;

const say = (what) => new Promise((resolve) => process.send(what, resolve));

/** A clock that runs at the pace of the test's, and is set forward now and then. */
function createClock(time) {
  let now = time;
  const alarms = new Set();
  const nowMs = () => Math.floor(now.baseMs + (Date.now() - now.sinceMs) * now.pace);
  const sleep = (each) => {
    const leftMs = Math.max(0, each.atMs - nowMs()) / now.pace;
    each.timer = setTimeout(look, Math.min(leftMs, LONGEST_SLEEP_MS), each);
  };
  const look = (each) => {
    if (nowMs() < each.atMs) return sleep(each);
    alarms.delete(each);
    each.ring();
  };
  return {
    nowMs,
    alarm(atMs, ring) {
      const each = { atMs, ring };
      alarms.add(each);
      sleep(each);
      return () => {
        clearTimeout(each.timer);
        alarms.delete(each);
      };
    },
    set(later) {
      now = later;
      for (const each of alarms) {
        clearTimeout(each.timer);
        sleep(each);
      }
    },
  };
}

/** Whether everything that happened was looked at, and nothing waits. */
async function isSettled(store, isOver) {
  const letters = await store.documents.all('lifecycle-notifications');
  if (letters.size > 0) return false;
  const partitions = Array.from({ length: store.partitions }, (_, partition) => partition);
  const each = partitions.map((partition) => isPartitionSettled(store, partition, isOver));
  return (await Promise.all(each)).every((isIt) => isIt);
}

async function isPartitionSettled(store, partition, isOver) {
  // First: what is due may become an entry of the feed at any moment.
  if (isOver && (await store.nextDueMs(partition)) !== Number.POSITIVE_INFINITY) return false;
  const documents = store.documentsOf(partition);
  const { end } = await store.feedBounds(partition);
  const tail = (await documents.all('notifier')).get('tail');
  const lanes = [...(await documents.all('deliveries')).values()].map((text) => JSON.parse(text));
  return tail >= end && lanes.every(({ place }) => place === null);
}

/** Says so once it is settled. */
async function settle(store, isOver) {
  // A store that is away has nothing settled.
  while (!(await isSettled(store, isOver).catch(() => false))) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  await say({ settled: true });
}

function openStore(address) {
  return address.startsWith('lmdb:')
    ? openLmdbStore({ path: address.slice('lmdb:'.length) })
    : openRedisStore({ url: address });
}

/** Says of each call who sent it, and when it was last asked whether it may be sent. */
function signed(outbound) {
  return {
    refusal: (url) => outbound.refusal(url),
    close: () => outbound.close(),
    send(request) {
      const origin = { 'x-life': String(process.pid), 'x-sent-ms': String(Date.now()) };
      return outbound.send({ ...request, headers: { ...request.headers, ...origin } });
    },
  };
}

async function open({ address, time, terms, trusted }) {
  const clock = createClock(time);
  const { issuer, tenantId, audience } = trusted;
  const key = await importJWK(trusted.publicJwk, 'ES256');
  const store = await openStore(address);
  const server = await openServer(
    {
      profile: 'extended',
      listeners: [{ host: '127.0.0.1', port: 0 }],
      trustProxy: false,
      feedRetentionMs: 365 * DAY_MS,
      delivery: terms,
    },
    {
      store,
      clock,
      issuers: [
        {
          name: issuer,
          tenantId,
          audiences: [audience],
          matches: (iss) => iss === issuer,
          keys: async () => key,
        },
      ],
      directory: createDirectory('open', new Map()),
      log: pino({ level: 'error' }, { write: (line) => process.stderr.write(line) }),
      outbound: signed(createOutbound({ allow: [], allowHttpToLoopback: true })),
      validationTokens: () => ({ tokenFor: async () => 'of no interest here' }),
    },
  );
  process.on('message', async (told) => {
    if (told.kind === 'time') clock.set(told.time);
    if (told.kind === 'settle') await settle(store, told.isOver);
    if (told.kind === 'close') {
      await server.close();
      process.disconnect();
    }
  });
  await say({ origin: server.origins[0] });
}

// A test that is over, however, leaves no server behind.
process.once('disconnect', () => process.exit());
process.once('message', (told) => {
  open(told).catch(async (error) => {
    await say({ failed: String(error?.stack ?? error) });
    process.exit(1);
  });
});
await say({ ready: true });
