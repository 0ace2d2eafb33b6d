// The server in a process of its own, to be killed. Told 'open' it serves the store of a folder with a
// clock of the test's; told 'time' it sets that clock; told 'settle' it says when nothing waits for
// delivery any more, nor for its time if that is asked for; told 'close' it ends in order. Runs the built program: this Node may not run
// TypeScript.

import { importJWK } from 'jose';
import pino from 'pino';
import { createOutbound } from '../../dist/outbound/open.js';
import { createDirectory } from '../../dist/presence/directory.js';
import { openServer } from '../../dist/server.js';
import { openLmdbStore } from '../../dist/store/lmdb/open.js';

const DAY_MS = 86_400_000;
const LONGEST_SLEEP_MS = 1000;

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
  const { documents } = store;
  const { end } = await store.feedBounds(0);
  const tail = (await documents.all('notifier')).get('tail');
  const lanes = [...(await documents.all('deliveries')).values()].map((text) => JSON.parse(text));
  const letters = await documents.all('lifecycle-notifications');
  return (
    (!isOver || (await store.nextDueMs(0)) === Number.POSITIVE_INFINITY) &&
    tail >= end &&
    lanes.every(({ place }) => place === null) &&
    letters.size === 0
  );
}

async function open({ dataDir, time, terms, trusted }) {
  const clock = createClock(time);
  const { issuer, tenantId, audience } = trusted;
  const key = await importJWK(trusted.publicJwk, 'ES256');
  const kept = await openLmdbStore({ path: dataDir });
  let settling;
  const lookWhetherSettled = async () => {
    const asked = settling;
    if (asked === undefined || !(await isSettled(kept, asked.isOver)) || settling !== asked) return;
    settling = undefined;
    await say({ settled: true });
  };
  kept.onChanges(() => void lookWhetherSettled());
  const watched = (documents) => ({
    all: (collection) => documents.all(collection),
    since: (collection, revision) => documents.since(collection, revision),
    onWritten: (listener) => documents.onWritten(listener),
    async write(edits, under) {
      await documents.write(edits, under);
      void lookWhetherSettled();
    },
  });
  const server = await openServer(
    {
      profile: 'extended',
      listeners: [{ host: '127.0.0.1', port: 0 }],
      trustProxy: false,
      feedRetentionMs: 365 * DAY_MS,
      delivery: terms,
    },
    {
      store: {
        ...kept,
        documents: watched(kept.documents),
        documentsOf: (partition) => watched(kept.documentsOf(partition)),
      },
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
      outbound: createOutbound({ allow: [], allowHttpToLoopback: true }),
      validationTokens: () => ({ tokenFor: async () => 'of no interest here' }),
    },
  );
  process.on('message', async (told) => {
    if (told.kind === 'time') clock.set(told.time);
    if (told.kind === 'settle') {
      settling = told;
      await lookWhetherSettled();
    }
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
