import { expect, test } from 'vitest';
import type { DeliveryTerms } from '../../src/notifications/terms.ts';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { newFolder } from '../store/folders.ts';
import { look } from './findings.ts';
import { FAILURES } from './receiver.ts';
import { type RunOptions, runDelivery } from './run.ts';
import { PATIENT } from './terms.ts';

/** How often each of the two servers is killed; more on demand. */
const KILLS = Number(process.env.DELIVERY_CYCLES ?? 8);

/** Settles who writes what, when the kills come, and how the receiver fails. */
const SEED = Number(process.env.DELIVERY_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** What a life and its check may take on a slow machine. */
const LIFE_MS = 10_000;

const IMPATIENT: DeliveryTerms = {
  ...PATIENT,
  giveUpAfterMs: 60_000,
  dropsForHanging: true,
};

async function deliver(given: Omit<RunOptions, 'dataDir' | 'kills'>) {
  console.log(`DELIVERY_SEED=${SEED} DELIVERY_CYCLES=${KILLS}`);
  const startedMs = performance.now();
  const dataDir = newFolder();
  const outcome = await runDelivery({ ...given, dataDir, kills: KILLS });
  const { receiver, answered, killedEarly } = outcome;
  const livedMs = performance.now() - startedMs;
  const store = await openLmdbStore({ path: dataDir });
  const findings = await look(outcome, store).finally(() => store.close());
  const { complaints, changes, fades, notifications, repetitions, announced } = findings;
  const failed = [...receiver.failures.values()].reduce((sum, each) => sum + each, 0);
  console.log(
    `${KILLS} kills in ${Math.round(livedMs / 1000)} s, ${killedEarly} before the server listened: ` +
      `${answered} answered writes, ${changes} changes, ${fades} of them by time; ` +
      `${notifications} notifications in ${receiver.calls.length} calls, ${repetitions} repetitions; ` +
      `${announced} announcements of losses; ${complaints.length} complaints; ` +
      `${failed} calls failed: ${[...receiver.failures].map(([how, count]) => `${how} ${count}`).join(', ')}`,
  );
  expect(complaints.slice(0, 20)).toEqual([]);
  expect(outcome.complaints).toBe('');
  expect(receiver.trapped).toBe(0);
  return { ...findings, ...outcome, kinds: [...receiver.failures.keys()] };
}

test('every change arrives, in order and known by its id, however calls fail and the server is killed', {
  timeout: KILLS * LIFE_MS,
}, async () => {
  const outcome = await deliver({ terms: PATIENT, awayChance: 0.2, givesUp: false, seed: SEED });
  expect(outcome.announced).toBe(0);
  expect(outcome.fades).toBeGreaterThan(KILLS);
  expect(outcome.repetitions).toBeGreaterThan(KILLS);
  expect(outcome.answered).toBeGreaterThan(KILLS * 5);
  expect(outcome.kinds.sort()).toEqual([...FAILURES].sort());
});

test('what is given up for good is announced, and all the rest arrives', {
  timeout: KILLS * LIFE_MS,
}, async () => {
  const seed = SEED + KILLS;
  const outcome = await deliver({ terms: IMPATIENT, awayChance: 0.7, givesUp: true, seed });
  expect(outcome.announced).toBeGreaterThan(0);
});
